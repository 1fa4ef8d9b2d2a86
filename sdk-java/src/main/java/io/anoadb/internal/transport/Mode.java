package io.anoadb.internal.transport;

import io.anoadb.generated.wire.DatagramType;

/** The client's own configuration, never negotiated. */
public enum Mode {
  OPEN(DatagramType.OPEN_OFFSET),
  SEALED(0);

  /** Added to every datagram type. */
  final int typeOffset;

  Mode(int typeOffset) {
    this.typeOffset = typeOffset;
  }
}
