package io.anoadb.internal.transport;

import static io.anoadb.internal.transport.LittleEndian.writeU32;
import static io.anoadb.internal.transport.LittleEndian.writeU48;

import io.anoadb.generated.wire.DatagramType;
import io.anoadb.generated.wire.Limits;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Datagrams on their way out, in the sink's batch. A channel has at most one datagram open: frames written between two
 * flushes share it until it is full. Headers are written when a datagram is opened, sealing happens at the flush, in
 * place.
 *
 * <p>Invariant: a slot of this round is either a handshake message (complete) or belongs to one channel.
 */
final class Outgoing {
  /** Shorter datagrams would not be answered by a NO_SESSION hint, so none is shorter. */
  private static final int DATAGRAM_BYTES_MIN = Limits.NO_SESSION_DATAGRAM_BYTES_MIN;

  private final DatagramSink sink;
  private final int dataType;
  private final @Nullable Channel[] channels;
  private final int[] plaintextBytes;
  private final List<Channel> retired = new ArrayList<>();
  private long round;
  long datagrams;
  long byteCount;

  Outgoing(DatagramSink sink, Mode mode) {
    this.sink = sink;
    dataType = DatagramType.DATA_TO_SERVER + mode.typeOffset;
    channels = new @Nullable Channel[sink.batch().capacity];
    plaintextBytes = new int[sink.batch().capacity];
  }

  /** Where frames are written, at the offsets that {@code reserve} and {@code openMessage} return. */
  byte[] bytes() {
    return sink.batch().bytes;
  }

  /** Room for {@code byteCount} bytes of frames; returns their offset. They must all be written. */
  int reserve(Channel channel, int byteCount) {
    DatagramBatch batch = sink.batch();
    if (channel.openRound == round) {
      int used = plaintextBytes[channel.openSlot];
      if (used + byteCount <= channel.plaintextBytesMax()) {
        plaintextBytes[channel.openSlot] = used + byteCount;
        return batch.startOf(channel.openSlot) + channel.sealing.overheadBytes() + used;
      }
    }
    if (batch.isFull()) flush();
    int slot = batch.count;
    int start = batch.startOf(slot);
    batch.bytes[start] = (byte) DatagramType.MAGIC;
    batch.bytes[start + 1] = (byte) dataType;
    writeU32(batch.bytes, start + 2, channel.sid);
    writeU48(batch.bytes, start + 6, channel.sendCounter++);
    batch.commit(0);
    channels[slot] = channel;
    plaintextBytes[slot] = byteCount;
    channel.openSlot = slot;
    channel.openRound = round;
    return start + channel.sealing.overheadBytes();
  }

  /** The channel has ended: its keys are wiped as soon as what is already written for it, a CLOSE, was sealed. */
  void retire(Channel channel) {
    retired.add(channel);
  }

  /** Zeroed room for one handshake message of exactly {@code byteCount} bytes; returns its offset. */
  int openMessage(int byteCount) {
    DatagramBatch batch = sink.batch();
    if (batch.isFull()) flush();
    int start = batch.startOf(batch.count);
    channels[batch.count] = null;
    Arrays.fill(batch.bytes, start, start + byteCount, (byte) 0);
    batch.commit(byteCount);
    return start;
  }

  void flush() {
    if (sink.batch().count > 0) send(sink.batch());
    if (retired.isEmpty()) return;
    for (Channel channel : retired) channel.sealing.wipe();
    retired.clear();
  }

  private void send(DatagramBatch batch) {
    for (int slot = 0; slot < batch.count; slot++) {
      Channel channel = channels[slot];
      if (channel != null) batch.lengths[slot] = seal(batch, slot, channel);
      channels[slot] = null;
      byteCount += batch.lengths[slot];
    }
    datagrams += batch.count;
    round++;
    sink.flush();
  }

  private int seal(DatagramBatch batch, int slot, Channel channel) {
    int start = batch.startOf(slot);
    int overhead = channel.sealing.overheadBytes();
    int used = plaintextBytes[slot];
    if (overhead + used < DATAGRAM_BYTES_MIN) {
      Arrays.fill(batch.bytes, start + overhead + used, start + DATAGRAM_BYTES_MIN, (byte) 0);
      used = DATAGRAM_BYTES_MIN - overhead;
    }
    return channel.sealing.seal(batch.bytes, start, used);
  }
}
