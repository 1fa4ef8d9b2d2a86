package io.anoadb.internal.transport;

/**
 * Datagrams in one buffer, a slot of equal size each: what a socket delivers and takes in one go, without an object per
 * datagram.
 *
 * <p>Invariant: count is at most the capacity, and no length exceeds slotBytes.
 */
public final class DatagramBatch {
  /** Slot {@code i} begins at {@code i * slotBytes}. */
  public final byte[] bytes;

  public final int capacity;
  public final int slotBytes;
  public final int[] lengths;
  public int count;

  public DatagramBatch(int capacity, int slotBytes) {
    this.capacity = capacity;
    this.slotBytes = slotBytes;
    this.bytes = new byte[capacity * slotBytes];
    this.lengths = new int[capacity];
  }

  public boolean isFull() {
    return count == capacity;
  }

  /** First byte of a slot. */
  public int startOf(int slot) {
    return slot * slotBytes;
  }

  /** Closes the slot {@code count} at {@code length} bytes. */
  public void commit(int length) {
    lengths[count++] = length;
  }

  public void clear() {
    count = 0;
  }
}
