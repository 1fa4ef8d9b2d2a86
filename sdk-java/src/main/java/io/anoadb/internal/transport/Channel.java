package io.anoadb.internal.transport;

import io.anoadb.generated.wire.Limits;

/** What is known of one session as a way to send and receive datagrams. */
class Channel {
  final long sid;
  final Sealing sealing;
  final int maxDatagram;
  final ReplayWindow received = new ReplayWindow();
  /** Counter of the next datagram to leave; never reused, also not for a retransmission. */
  long sendCounter;
  /** Slot of the datagram being filled, valid while {@code openRound} is the round of Outgoing. */
  int openSlot;
  long openRound = -1;

  Channel(long sid, Sealing sealing, int maxDatagram) {
    this.sid = sid;
    this.sealing = sealing;
    this.maxDatagram = maxDatagram;
  }

  int plaintextBytesMax() {
    return maxDatagram - Sealing.RESERVED_BYTES;
  }

  /** Ops of a request, or results of a reply, that fit one datagram. */
  int payloadBytesMax() {
    return plaintextBytesMax() - Frames.MESSAGE_OVERHEAD_BYTES;
  }

  int fragmentBytes() {
    return maxDatagram - Limits.FRAGMENT_OVERHEAD_BYTES;
  }
}
