package shop;

import io.anoadb.AnoaClient;
import io.anoadb.AnoaException;
import io.anoadb.generated.SetOptions;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;

/**
 * Cache-aside: read the cache, else the catalogue, and leave a copy; a write drops the copy. Copies expire, so a copy that
 * two requests race for is wrong for a minute at most. A cache that is out of reach costs time, never an answer.
 */
final class ProductCache {
  private static final Logger LOG = System.getLogger("shop");
  private static final SetOptions FOR_A_MINUTE = SetOptions.create().ttl(Duration.ofMinutes(1));

  private final AnoaClient db;
  private final Catalogue catalogue;

  ProductCache(AnoaClient db, Catalogue catalogue) {
    this.db = db;
    this.catalogue = catalogue;
  }

  /** A product, null where there is none, and where it was found. */
  record Found(Product product, boolean isCached) {}

  Found find(String id) {
    Product cached = cached(id);
    if (cached != null) return new Found(cached, true);
    Product product = catalogue.read(id);
    if (product != null) keep(product);
    return new Found(product, false);
  }

  void save(Product product) {
    catalogue.write(product);
    try {
      db.delete(key(product.id()));
    } catch (AnoaException failure) {
      LOG.log(Level.WARNING, "an old copy may live for a minute: {0}", failure.getMessage());
    }
  }

  private Product cached(String id) {
    try {
      return db.get(key(id), Product.class);
    } catch (AnoaException failure) {
      LOG.log(Level.WARNING, "without the cache: {0}", failure.getMessage());
      return null;
    }
  }

  /** Nobody waits for it. */
  private void keep(Product product) {
    db.async()
        .set(key(product.id()), product, FOR_A_MINUTE)
        .whenComplete(
            (outcome, failure) -> {
              if (failure != null) LOG.log(Level.WARNING, "not cached: {0}", failure.getMessage());
            });
  }

  private static String key(String id) {
    return "shop:product:" + id;
  }
}
