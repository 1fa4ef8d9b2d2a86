"""What the README of redis-py shows, against the server on a port: `python3 redis_py_session.py PORT RESP`."""

import sys
import threading
import time

import redis

PORT = int(sys.argv[1])
PROTOCOL = int(sys.argv[2])


def connect(**more):
    return redis.Redis(host="127.0.0.1", port=PORT, protocol=PROTOCOL, decode_responses=True, **more)


def values(r):
    assert r.ping() is True
    assert r.set("foo", "bar") is True
    assert r.get("foo") == "bar"
    assert r.get("absent") is None
    assert r.set("foo", "other", nx=True) is None
    assert r.set("foo", "other", ex=10, get=True) == "bar"
    assert r.ttl("foo") == 10
    assert r.mset({"a": 1, "b": 2}) is True
    assert r.mget("a", "b", "absent") == ["1", "2", None]
    assert r.incr("a") == 2
    assert r.incrbyfloat("a", 0.5) == 2.5
    assert r.append("b", "x") == 2
    assert r.getrange("b", 0, -1) == "2x"
    assert r.exists("a", "b", "absent") == 2
    assert r.expire("a", 100) is True
    assert r.persist("a") is True
    assert r.type("a") == "string"
    assert r.delete("a", "b") == 2


def binary(r):
    raw = redis.Redis(host="127.0.0.1", port=PORT, protocol=PROTOCOL)
    data = bytes(range(256))
    assert raw.set(b"bytes", data)
    assert raw.get(b"bytes") == data
    raw.close()


def bits(r):
    assert r.setbit("bits", 7, 1) == 0
    assert r.getbit("bits", 7) == 1
    assert r.bitcount("bits") == 1
    assert r.bitpos("bits", 1) == 7


def lists(r):
    assert r.rpush("l", "a", "b", "c") == 3
    assert r.lrange("l", 0, -1) == ["a", "b", "c"]
    assert r.lpop("l") == "a"
    assert r.rpop("l", 2) == ["c", "b"]
    assert r.rpush("l", "x", "y", "x") == 3
    assert r.lrem("l", 1, "x") == 1
    assert r.lpos("l", "x") == 1
    assert r.linsert("l", "before", "x", "w") == 3
    assert r.ltrim("l", 1, -1) is True
    assert r.lmove("l", "m", "LEFT", "RIGHT") == "w"
    assert r.blpop("l", timeout=1) in (("l", "x"), ["l", "x"])
    assert r.blpop("l", timeout=0.05) is None


def blocking(r):
    popped = []
    waiter = threading.Thread(target=lambda: popped.append(connect().brpop("queue", timeout=5)))
    waiter.start()
    deadline = time.monotonic() + 5
    while r.info("clients")["blocked_clients"] == 0 and time.monotonic() < deadline:
        time.sleep(0.01)
    r.lpush("queue", "job")
    waiter.join()
    assert list(popped[0]) == ["queue", "job"], popped


def pipelines(r):
    pipe = r.pipeline()
    pipe.set("foo", 5)
    pipe.set("bar", 18.5)
    pipe.set("blee", "hello world!")
    assert pipe.execute() == [True, True, True]
    assert r.get("blee") == "hello world!"
    with r.pipeline(transaction=False) as plain:
        for _ in range(1000):
            plain.incr("many")
        assert plain.execute()[-1] == 1000
    with r.pipeline() as failing:
        failing.set("text", "x").incr("text").get("text")
        answers = failing.execute(raise_on_error=False)
    assert isinstance(answers[1], redis.ResponseError) and answers[2] == "x"


def transactions(r):
    r.set("watched", 1)
    with r.pipeline() as pipe:
        pipe.watch("watched")
        r.set("watched", 2)
        pipe.multi()
        pipe.set("watched", 3)
        try:
            pipe.execute()
            raise AssertionError("a watched key was changed and EXEC went through")
        except redis.WatchError:
            pass

    def increment(pipe):
        current = int(pipe.get("watched"))
        pipe.multi()
        pipe.set("watched", current + 1)

    assert r.transaction(increment, "watched") == [True]
    assert r.get("watched") == "3"


def scans(r):
    r.flushdb()
    for i in range(300):
        r.set(f"scan:{i}", i)
    assert len(set(r.scan_iter(match="scan:*", count=50))) == 300
    assert len(r.keys("scan:1?")) == 10
    assert r.dbsize() == 300


def errors(r):
    r.set("text", "x")
    for run in (lambda: r.incr("text"), lambda: r.execute_command("NOTHING"), lambda: r.lpush("text", 1)):
        try:
            run()
            raise AssertionError("no error")
        except redis.ResponseError:
            pass


def server(r):
    assert r.info("server")["redis_version"].startswith("7.")
    assert r.client_setname("tester") is True
    assert r.client_getname() == "tester"
    assert any(client["name"] == "tester" for client in r.client_list())
    assert r.config_get("maxmemory")["maxmemory"] == "0"
    assert r.time()[0] > 0
    assert r.command_count() > 50


PARTS = [values, binary, bits, lists, blocking, pipelines, transactions, scans, errors, server]
connection = connect()
for part in PARTS:
    connection.flushall()
    part(connection)
print(f"{len(PARTS)} parts passed")
