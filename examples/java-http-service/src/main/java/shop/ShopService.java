package shop;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.anoadb.AnoaClient;
import io.anoadb.AnoaException;
import io.anoadb.OutcomeUnknownException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * An HTTP service on the JDK's own server.
 *
 * <pre>
 * GET  /products/7    the product, from the cache or from the catalogue; the header x-cache says which
 * PUT  /products/7    writes the name in the body to the catalogue and drops the cached copy
 * POST /visits        counts one, answers how many
 * GET  /visits        answers how many
 * </pre>
 *
 * PORT is where it listens, 8080 by default; ANOA_URL where the server of the cache is.
 */
public final class ShopService implements AutoCloseable {
  private static final String VISITS = "shop:visits";
  private static final int STOP_DELAY_SECONDS = 1;

  private final AnoaClient db;
  private final ProductCache products;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer http;

  /** Listens; port 0 is any free one. */
  ShopService(AnoaClient db, int port) throws IOException {
    this.db = db;
    products = new ProductCache(db, new Catalogue());
    http = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
    http.createContext("/products/", exchange -> answer(exchange, this::product));
    http.createContext("/visits", exchange -> answer(exchange, this::visits));
    http.setExecutor(threads);
    http.start();
  }

  public static void main(String[] args) throws IOException {
    String port = System.getenv().getOrDefault("PORT", "8080");
    // One client for the whole program; a cache must not make anybody wait for long.
    AnoaClient db = AnoaClient.builder().timeout(Duration.ofMillis(500)).connect();
    ShopService service = new ShopService(db, Integer.parseInt(port));
    Runtime.getRuntime().addShutdownHook(new Thread(service::close));
    System.out.println("listening on http://127.0.0.1:" + service.port());
  }

  int port() {
    return http.getAddress().getPort();
  }

  @Override
  public void close() {
    http.stop(STOP_DELAY_SECONDS);
    threads.shutdown();
    db.close();
  }

  private Reply product(HttpExchange exchange) throws IOException {
    String id = exchange.getRequestURI().getPath().substring("/products/".length());
    switch (exchange.getRequestMethod()) {
      case "GET" -> {
        ProductCache.Found found = products.find(id);
        if (found.product() == null) return new Reply(404, "no product " + id);
        exchange.getResponseHeaders().set("x-cache", found.isCached() ? "hit" : "miss");
        return new Reply(200, found.product().name());
      }
      case "PUT" -> {
        String name = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        products.save(new Product(id, name));
        return new Reply(204, "");
      }
      default -> {
        return new Reply(405, "GET or PUT");
      }
    }
  }

  private Reply visits(HttpExchange exchange) {
    try {
      if (exchange.getRequestMethod().equals("POST")) return new Reply(200, Long.toString(db.incr(VISITS)));
      Long count = db.get(VISITS, Long.class);
      return new Reply(200, Long.toString(count == null ? 0 : count));
    } catch (OutcomeUnknownException unknown) {
      // It may have been counted: trying again by itself could count it twice.
      return new Reply(503, "not known whether this visit was counted");
    } catch (AnoaException down) {
      return new Reply(503, "the counter is out of reach: " + down.code());
    }
  }

  /** What an answer is made of. */
  private record Reply(int status, String body) {}

  @FunctionalInterface
  private interface Handler {
    Reply handle(HttpExchange exchange) throws IOException;
  }

  private static void answer(HttpExchange exchange, Handler handler) throws IOException {
    try (exchange) {
      Reply reply = handler.handle(exchange);
      byte[] body = reply.body().getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(reply.status(), body.length == 0 ? -1 : body.length);
      exchange.getResponseBody().write(body);
    }
  }
}
