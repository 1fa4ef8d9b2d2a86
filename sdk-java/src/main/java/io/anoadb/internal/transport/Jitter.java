package io.anoadb.internal.transport;

/** Spreads deadlines by 10 % so that clients which lost one server do not come back in step. */
final class Jitter {
  private static final double PART = 0.1;
  private final RandomBytes random;
  private final byte[] bytes = new byte[256];
  private int at = 256;

  Jitter(RandomBytes random) {
    this.random = random;
  }

  /** {@code delayMs} times something in [1, 1.1). */
  double spread(double delayMs) {
    if (at == bytes.length) {
      random.fill(bytes);
      at = 0;
    }
    return delayMs * (1 + PART * (bytes[at++] & 0xff) / 256);
  }
}
