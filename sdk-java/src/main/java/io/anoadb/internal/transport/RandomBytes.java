package io.anoadb.internal.transport;

/** Fills an array with unpredictable bytes; in tests with reproducible ones. */
@FunctionalInterface
public interface RandomBytes {
  void fill(byte[] into);
}
