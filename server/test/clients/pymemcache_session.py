"""What the README of pymemcache shows, against the server on a port: `python3 pymemcache_session.py PORT`."""

import json
import sys

from pymemcache import serde
from pymemcache.client.base import Client, PooledClient
from pymemcache.client.hash import HashClient
from pymemcache.client.retrying import RetryingClient
from pymemcache.exceptions import MemcacheClientError, MemcacheIllegalInputError

PORT = int(sys.argv[1])
SERVER = ("127.0.0.1", PORT)


def basic(client):
    assert client.set("some_key", "some_value") is True
    assert client.get("some_key") == b"some_value"
    assert client.get("absent") is None
    assert client.get("absent", default="nothing") == "nothing"
    assert client.add("some_key", "other", noreply=False) is False
    assert client.replace("some_key", "other", noreply=False) is True
    assert client.append("some_key", "-end", noreply=False) is True
    assert client.prepend("some_key", "begin-", noreply=False) is True
    assert client.get("some_key") == b"begin-other-end"
    assert client.delete("some_key", noreply=False) is True
    assert client.delete("some_key", noreply=False) is False


def quiet(client):
    assert client.set("q", "1", noreply=True) is True
    client.incr("q", 4, noreply=True)
    client.touch("q", 100, noreply=True)
    assert client.get("q") == b"5"


def many(client):
    pairs = {f"many:{i}": str(i) for i in range(200)}
    assert client.set_many(pairs, noreply=False) == []
    found = client.get_many(list(pairs) + ["absent"])
    assert found == {key: value.encode() for key, value in pairs.items()}
    assert client.delete_many(list(pairs), noreply=False) is True
    assert client.get_many(list(pairs)) == {}


def cas(client):
    client.set("shared", "1", noreply=False)
    value, token = client.gets("shared")
    assert value == b"1"
    assert client.cas("shared", "2", token, noreply=False) is True
    assert client.cas("shared", "3", token, noreply=False) is False
    assert client.cas("absent", "3", token, noreply=False) is None
    several = client.gets_many(["shared", "absent"])
    assert list(several) == ["shared"] and several["shared"][0] == b"2"


def counting(client):
    client.set("n", "9", noreply=False)
    assert client.incr("n", 1) == 10
    assert client.decr("n", 100) == 0
    assert client.incr("absent", 1) is None
    client.set("text", "abc", noreply=False)
    try:
        client.incr("text", 1)
    except MemcacheClientError:
        return
    raise AssertionError("incr of text")


def times(client):
    client.set("t", "1", expire=100, noreply=False)
    assert client.touch("t", 200, noreply=False) is True
    assert client.touch("absent", 200, noreply=False) is False
    assert client.raw_command("gat 300 t", "END\r\n") == b"VALUE t 0 1\r\n1\r\n"
    client.set("gone", "1", expire=-1, noreply=False)
    assert client.get("gone") is None


def binary(client):
    data = bytes(range(256)) * 40
    assert client.set("data", data, noreply=False) is True
    assert client.get("data") == data
    assert client.set("large", b"x" * 1_000_000, noreply=False) is True
    assert len(client.get("large")) == 1_000_000


def flags():
    class JsonSerde:
        def serialize(self, key, value):
            return (value, 1) if isinstance(value, str) else (json.dumps(value), 2)

        def deserialize(self, key, value, flags):
            return value.decode() if flags == 1 else json.loads(value)

    client = Client(SERVER, serde=JsonSerde())
    client.set("json", {"a": ["b", 1]})
    client.set("str", "text")
    assert client.get("json") == {"a": ["b", 1]}
    assert client.get("str") == "text"
    pickled = Client(SERVER, serde=serde.pickle_serde)
    pickled.set("obj", {"set": {1, 2}})
    assert pickled.get("obj") == {"set": {1, 2}}


def server(client):
    assert client.version().startswith(b"1.6")
    stats = client.stats()
    assert stats[b"curr_items"] > 0 and stats[b"cmd_get"] > 0
    assert client.stats("settings")[b"item_size_max"] >= 1_000_000
    assert client.flush_all(noreply=False) is True
    assert client.get("n") is None


def illegal(client):
    for key in ("with space", "k" * 251):
        try:
            client.set(key, "1")
        except MemcacheIllegalInputError:
            continue
        raise AssertionError(f"key {key!r}")


clients = {
    "one connection": lambda: Client(SERVER),
    "quick": lambda: Client(SERVER, default_noreply=False, no_delay=True, timeout=10),
    "pool": lambda: PooledClient(SERVER, max_pool_size=4),
    "hashed": lambda: HashClient([SERVER, ("localhost", PORT)], default_noreply=False),
    "retrying": lambda: RetryingClient(Client(SERVER), attempts=3),
}

passed = 0
for name in ("one connection", "quick", "pool", "retrying"):
    for part in (basic, quiet, many, cas, counting, times, binary, illegal, server):
        client = clients[name]()
        part(client)
        client.close()
        passed += 1
for part in (basic, many):
    part(clients["hashed"]())
    passed += 1
flags()
print(f"{passed + 1} parts passed")
