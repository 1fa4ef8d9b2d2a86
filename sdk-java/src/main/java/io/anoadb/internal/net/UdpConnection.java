package io.anoadb.internal.net;

/** A {@link Connection} over one UDP socket. */
final class UdpConnection {
  private UdpConnection() {}

  static Connection open(ConnectionOptions options) {
    throw new UnsupportedOperationException("not built yet: " + options);
  }
}
