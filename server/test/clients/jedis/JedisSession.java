import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisPool;
import redis.clients.jedis.JedisPooled;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.Response;
import redis.clients.jedis.Transaction;
import redis.clients.jedis.args.ListDirection;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.params.ScanParams;
import redis.clients.jedis.params.SetParams;
import redis.clients.jedis.resps.ScanResult;

/** What the README of Jedis shows, against the server on a port: {@code JedisSession PORT RESP}. */
public final class JedisSession {
  public static void main(String[] args) {
    HostAndPort address = new HostAndPort("127.0.0.1", Integer.parseInt(args[0]));
    RedisProtocol protocol = args[1].equals("3") ? RedisProtocol.RESP3 : RedisProtocol.RESP2;
    var config = DefaultJedisClientConfig.builder().protocol(protocol).clientName("jedis-test").build();
    try (Jedis jedis = new Jedis(address, config)) {
      values(jedis);
      lists(jedis);
      blocking(jedis, address);
      pipelines(jedis);
      transactions(jedis, address);
      scans(jedis);
      errors(jedis);
      equal("jedis-test", jedis.clientGetname());
    }
    pools(address);
    System.out.println("8 parts passed");
  }

  private static void values(Jedis jedis) {
    jedis.flushAll();
    equal("OK", jedis.set("foo", "bar"));
    equal("bar", jedis.get("foo"));
    equal(null, jedis.get("absent"));
    equal(null, jedis.set("foo", "other", SetParams.setParams().nx()));
    equal("OK", jedis.set("foo", "other", SetParams.setParams().xx().ex(10)));
    equal(10L, jedis.ttl("foo"));
    equal(1L, jedis.persist("foo"));
    equal(42L, jedis.incrBy("n", 42));
    equal(42.5, jedis.incrByFloat("n", 0.5));
    equal(Arrays.asList("other", null), jedis.mget("foo", "absent"));
    equal(2L, jedis.exists("foo", "n", "absent"));
    byte[] bytes = {0, -1, 13, 10, -128};
    jedis.set("bytes".getBytes(), bytes);
    equal(true, Arrays.equals(bytes, jedis.get("bytes".getBytes())));
    equal(3L, jedis.del("foo", "n", "bytes"));
  }

  private static void lists(Jedis jedis) {
    equal(3L, jedis.rpush("l", "a", "b", "c"));
    equal(List.of("a", "b", "c"), jedis.lrange("l", 0, -1));
    equal(List.of("a", "b"), jedis.lpop("l", 2));
    equal("c", jedis.lmove("l", "m", ListDirection.LEFT, ListDirection.RIGHT));
    equal(false, jedis.exists("l"));
    equal(0L, jedis.lpos("m", "c"));
    equal(null, jedis.blpop(0.05, "l"));
  }

  private static void blocking(Jedis jedis, HostAndPort address) {
    CompletableFuture<String> popped = CompletableFuture.supplyAsync(() -> {
      try (Jedis other = new Jedis(address)) {
        return other.brpop(5.0, "queue").getValue();
      }
    });
    jedis.lpush("queue", "job");
    equal("job", popped.join());
  }

  private static void pipelines(Jedis jedis) {
    Pipeline pipeline = jedis.pipelined();
    List<Response<Long>> counts = new ArrayList<>();
    for (int i = 0; i < 1000; i++) counts.add(pipeline.incr("many"));
    Response<String> last = pipeline.get("many");
    pipeline.sync();
    equal(1000L, counts.get(999).get());
    equal("1000", last.get());
  }

  private static void transactions(Jedis jedis, HostAndPort address) {
    Transaction transaction = jedis.multi();
    Response<String> set = transaction.set("t", "1");
    Response<Long> increment = transaction.incr("t");
    transaction.exec();
    equal("OK", set.get());
    equal(2L, increment.get());
    jedis.watch("t");
    try (Jedis other = new Jedis(address)) {
      other.set("t", "changed");
    }
    Transaction lost = jedis.multi();
    lost.set("t", "lost");
    equal(null, lost.exec());
    equal("changed", jedis.get("t"));
  }

  private static void scans(Jedis jedis) {
    for (int i = 0; i < 300; i++) jedis.set("scan:" + i, "x");
    Set<String> keys = new HashSet<>();
    String cursor = ScanParams.SCAN_POINTER_START;
    do {
      ScanResult<String> page = jedis.scan(cursor, new ScanParams().match("scan:*").count(50));
      keys.addAll(page.getResult());
      cursor = page.getCursor();
    } while (!cursor.equals(ScanParams.SCAN_POINTER_START));
    equal(300, keys.size());
  }

  private static void errors(Jedis jedis) {
    jedis.set("text", "x");
    for (Runnable refused : List.<Runnable>of(() -> jedis.incr("text"), () -> jedis.lpush("text", "a"))) {
      try {
        refused.run();
      } catch (JedisDataException expected) {
        continue;
      }
      throw new AssertionError("no error");
    }
  }

  private static void pools(HostAndPort address) {
    try (JedisPool pool = new JedisPool(address.getHost(), address.getPort()); Jedis one = pool.getResource()) {
      equal("PONG", one.ping());
    }
    try (JedisPooled pooled = new JedisPooled(address.getHost(), address.getPort())) {
      pooled.set("pooled", "yes");
      equal("yes", pooled.get("pooled"));
    }
  }

  private static void equal(Object expected, Object actual) {
    boolean isEqual = expected == null ? actual == null : expected.equals(actual);
    if (!isEqual) throw new AssertionError("expected " + expected + ", got " + actual);
  }
}
