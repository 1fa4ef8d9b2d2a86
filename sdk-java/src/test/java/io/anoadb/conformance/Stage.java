package io.anoadb.conformance;

import io.anoadb.AnoaClient;
import io.anoadb.testkit.AnoaServer;
import io.anoadb.testkit.LossyProxy;
import java.time.Duration;
import java.util.Map;

/** Where the suite is played: the real server as a process, reached directly or over a bad network. */
final class Stage implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  final AnoaServer server;
  private final LossyProxy proxy;
  private final String adminKey;

  private Stage(AnoaServer server, LossyProxy proxy, String adminKey) {
    this.server = server;
    this.proxy = proxy;
    this.adminKey = adminKey;
  }

  static Stage open(boolean isSealed, boolean isLossy) {
    AnoaServer server = AnoaServer.prepare(Map.of());
    // The first key of a database is an admin's, and from then on it is sealed.
    String adminKey = isSealed ? server.createKey("--name", "conformance") : null;
    server.startAgain();
    return new Stage(server, isLossy ? LossyProxy.start(server.port()) : null, adminKey);
  }

  AnoaClient connect() {
    return builder(adminKey).connect();
  }

  /** A client to be set up; {@code key} may be null. */
  AnoaClient.Builder builder(String key) {
    return AnoaClient.builder(urlWith(key)).timeout(TIMEOUT).connectTimeout(TIMEOUT);
  }

  AnoaClient.Builder builder() {
    return builder(adminKey);
  }

  String urlWith(String key) {
    String url = proxy == null ? server.url() : proxy.url();
    return key == null ? url : url.replace("//", "//" + key + "@");
  }

  boolean isLossy() {
    return proxy != null;
  }

  /** How a failure is told apart and brought back. */
  String name() {
    String path = proxy == null ? "direct" : "lossy, seed " + proxy.seed();
    return (adminKey == null ? "open, " : "sealed, ") + path;
  }

  @Override
  public void close() {
    if (proxy != null) proxy.close();
    server.close();
  }
}
