package io.anoadb.internal.transport;

/** Where an endpoint puts what should leave: it fills {@link #batch} and calls {@link #flush} when that is full or done. */
public interface DatagramSink {
  DatagramBatch batch();

  /** Sends every datagram of the batch and empties it. Never throws for the network's sake. */
  void flush();
}
