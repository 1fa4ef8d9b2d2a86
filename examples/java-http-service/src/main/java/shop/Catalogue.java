package shop;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Stands for the database that is slow: what the cache is for. */
final class Catalogue {
  private static final long LATENCY_MS = 20;

  private final Map<String, Product> products = new ConcurrentHashMap<>();

  Catalogue() {
    products.put("7", new Product("7", "Brass telescope"));
    products.put("8", new Product("8", "Sextant"));
  }

  /** Null where there is no such product. */
  Product read(String id) {
    beSlow();
    return products.get(id);
  }

  void write(Product product) {
    beSlow();
    products.put(product.id(), product);
  }

  private static void beSlow() {
    try {
      Thread.sleep(LATENCY_MS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
