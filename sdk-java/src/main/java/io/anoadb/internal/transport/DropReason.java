package io.anoadb.internal.transport;

/** Why a datagram, or the rest of one, was dropped: silently, and counted by reason. */
public enum DropReason {
  /** Shorter than the two bytes that say what it is. */
  TOO_SHORT,
  /** First byte is not magic nibble A. */
  BAD_MAGIC,
  /** Protocol version nibble is not 1. */
  BAD_VERSION,
  /** A type of sealed mode at an open endpoint, or the other way round. */
  WRONG_MODE,
  /** Not a type of this protocol, or one that only a server may receive. */
  UNKNOWN_TYPE,
  /** Not a length this type can have. */
  BAD_LENGTH,
  /** A reserved field of an unauthenticated message is not zero. */
  RESERVED_BITS,
  /** An ephemeral key that is a point of low order: the shared secret would be known to everyone. */
  LOW_ORDER_POINT,
  /** Handshake parameters that contradict themselves. */
  BAD_PARAMS,
  /** A handshake message that answers nothing we asked. */
  UNEXPECTED_HANDSHAKE,
  /** No such session. */
  UNKNOWN_SESSION,
  /** A NO_SESSION that matches nothing sent lately. */
  BAD_HINT,
  /** Counter below the replay window. */
  TOO_OLD,
  /** Counter seen before. */
  REPLAYED,
  /** The tag does not verify. */
  BAD_TAG,
  /** A frame that ends beyond its datagram or is too short for its type. */
  BAD_FRAME,
  /** A fragment that disagrees with its message. */
  BAD_FRAGMENT
}
