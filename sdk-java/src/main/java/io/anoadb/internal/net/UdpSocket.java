package io.anoadb.internal.net;

import io.anoadb.generated.wire.Limits;
import io.anoadb.internal.transport.DatagramBatch;
import io.anoadb.internal.transport.DatagramSink;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import org.jspecify.annotations.Nullable;

/**
 * A connected UDP socket that never blocks, with a batch for each direction. What cannot be sent is as good as lost: the
 * transport sends it again.
 */
final class UdpSocket implements DatagramSink {
  /** Datagrams per batch: what is read before the answers are looked at. */
  static final int BATCH_SLOTS = 32;
  /** One more than a datagram may have, to tell one that is too long. */
  private static final int SLOT_BYTES_REMOTE = Limits.DATAGRAM_BYTES_MAX + 1;

  private final DatagramChannel channel;
  private final Selector selector;
  private final boolean isLoopback;
  private final DatagramBatch incoming;
  private final DatagramBatch outgoing;
  private final ByteBuffer incomingView;
  private final ByteBuffer outgoingView;
  private boolean isReadAhead;
  private @Nullable IOException trouble;

  /**
   * @throws IOException where there is no way to that address
   */
  UdpSocket(InetSocketAddress address) throws IOException {
    isLoopback = address.getAddress().isLoopbackAddress();
    int slotBytes = isLoopback ? Limits.DATAGRAM_BYTES_MAX_LOOPBACK : SLOT_BYTES_REMOTE;
    incoming = new DatagramBatch(BATCH_SLOTS, slotBytes);
    outgoing = new DatagramBatch(BATCH_SLOTS, slotBytes);
    incomingView = ByteBuffer.wrap(incoming.bytes);
    outgoingView = ByteBuffer.wrap(outgoing.bytes);
    selector = Selector.open();
    channel = openChannel(address, selector);
  }

  /** Both ends on this machine: larger datagrams may be agreed. */
  boolean isLoopback() {
    return isLoopback;
  }

  /** Reads what has arrived, up to {@code countMax} datagrams; valid until the next call. */
  DatagramBatch receive(int countMax) {
    if (isReadAhead) {
      isReadAhead = false;
      return incoming;
    }
    incoming.clear();
    try {
      while (incoming.count < countMax) {
        int start = incoming.startOf(incoming.count);
        incomingView.limit(start + incoming.slotBytes).position(start);
        int byteCount = channel.read(incomingView);
        if (byteCount <= 0 && incomingView.position() == start) break;
        incoming.commit(byteCount);
      }
    } catch (IOException failure) {
      trouble = failure;
    }
    return incoming;
  }

  /** Asks for a datagram again and again, for so long; the next {@link #receive} has it. Cheaper than sleep if it is short. */
  boolean readAhead(long nanos) {
    long endNanos = System.nanoTime() + nanos;
    do {
      isReadAhead = receive(1).count > 0;
      if (isReadAhead) return true;
      Thread.onSpinWait();
    } while (trouble == null && System.nanoTime() < endNanos);
    return false;
  }

  @Override
  public DatagramBatch batch() {
    return outgoing;
  }

  @Override
  public void flush() {
    for (int slot = 0; slot < outgoing.count; slot++) {
      int start = outgoing.startOf(slot);
      outgoingView.limit(start + outgoing.lengths[slot]).position(start);
      try {
        channel.write(outgoingView);
      } catch (IOException failure) {
        trouble = failure;
      }
    }
    outgoing.clear();
  }

  /** What went wrong since the last call, the latest of it; null: nothing. */
  @Nullable IOException takeTrouble() {
    IOException taken = trouble;
    trouble = null;
    return taken;
  }

  /** Does it say that nobody listens there? Anyone can forge that. */
  static boolean isRefusal(IOException trouble) {
    return trouble instanceof PortUnreachableException;
  }

  /** Waits for a datagram, for {@link #wakeUp}, or until {@code timeoutMs} have passed; 0 waits for ever. */
  void await(long timeoutMs) throws IOException {
    selector.select(key -> {}, timeoutMs);
  }

  /** Ends the present or the next {@link #await}. */
  void wakeUp() {
    selector.wakeup();
  }

  /** Idempotent. */
  void close() {
    try {
      channel.close();
    } catch (IOException ignored) {
      // It is of no use any more, whatever it says.
    }
    try {
      selector.close();
    } catch (IOException ignored) {
      // Likewise.
    }
  }

  private static DatagramChannel openChannel(InetSocketAddress address, Selector selector) throws IOException {
    DatagramChannel channel = null;
    try {
      channel = DatagramChannel.open();
      channel.configureBlocking(false);
      ask(channel, StandardSocketOptions.SO_RCVBUF);
      ask(channel, StandardSocketOptions.SO_SNDBUF);
      channel.connect(address);
      channel.register(selector, SelectionKey.OP_READ);
      return channel;
    } catch (IOException failure) {
      selector.close();
      if (channel != null) channel.close();
      throw failure;
    }
  }

  /** The kernel gives what it allows. */
  private static void ask(DatagramChannel channel, SocketOption<Integer> option) {
    try {
      channel.setOption(option, Limits.SOCKET_BUFFER_BYTES);
    } catch (IOException refused) {
      // The default serves too, only less well.
    }
  }
}
