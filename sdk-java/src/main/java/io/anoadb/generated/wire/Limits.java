// Generated from protocol-spec/protocol.json by `npm run gen`: do not edit.

package io.anoadb.generated.wire;

/** Limits of the protocol. Those of one implementation are its own. */
public final class Limits {
  /** Shortest key. */
  public static final int KEY_BYTES_MIN = 1;

  /** Longest key. */
  public static final int KEY_BYTES_MAX = 1024;

  /** Longest glob pattern of SCAN. */
  public static final int PATTERN_BYTES_MAX = 1024;

  /** Largest value unless the server is configured otherwise. */
  public static final int VALUE_BYTES_MAX_DEFAULT = 1048576;

  /** The most that a server may be configured to. */
  public static final int VALUE_BYTES_MAX_CEILING = 16777216;

  /**
   * Largest old value that SET and GETDELETE return; above it they refuse with VALUE_TOO_LARGE before anything changes,
   * so that the reply of a write stays small enough to be kept.
   */
  public static final int RETURNED_VALUE_BYTES_MAX = 1024;

  /** Deepest nesting of a json value. In levels. */
  public static final int JSON_DEPTH_MAX = 128;

  /** Largest version and cursor: exact in every language. In number. */
  public static final long VERSION_MAX = 9007199254740991L;

  /** Largest TTL or Unix time on the wire, a u48: the year 10889. */
  public static final long TIME_MS_MAX = 281474976710655L;

  /** Most ops in one request. */
  public static final int OPS_PER_REQUEST_MAX = 255;

  /** Largest datagram on any path. */
  public static final int DATAGRAM_BYTES_MAX = 1200;

  /** Largest datagram two loopback ends may agree on. */
  public static final int DATAGRAM_BYTES_MAX_LOOPBACK = 16384;

  /** Header and tag of a DATA datagram. Open mode has no tag but splits alike. */
  public static final int SEAL_OVERHEAD_BYTES = 28;

  /** Frames in one datagram of 1200: datagramBytesMax - sealOverheadBytes. */
  public static final int FRAMES_BYTES_MAX = 1172;

  /** maxDatagram minus this is the data of every fragment but the last. */
  public static final int FRAGMENT_OVERHEAD_BYTES = 48;

  /** Data of a fragment in datagrams of 1200. */
  public static final int FRAGMENT_DATA_BYTES = 1152;

  /** Most fragments of a message: the index is a u16. */
  public static final int FRAGMENTS_MAX = 65536;

  /** Largest request or reply unless configured otherwise: a value of valueBytesMaxDefault and 4096 bytes more. */
  public static final int MESSAGE_BYTES_MAX = 1052672;

  /** Window of request ids unless agreed otherwise. In requests. */
  public static final int WINDOW_DEFAULT = 128;

  /** Largest window: delta is a u8. In requests. */
  public static final int WINDOW_MAX = 256;

  /** A stored reply above this keeps READ_NOT_REPLAYED in the place of values read. */
  public static final int STORED_REPLY_BYTES_MAX = 4096;

  /** Stored replies of one client together; beyond it BUSY, before execution. */
  public static final int STORED_REPLIES_BYTES_PER_CLIENT_MAX = 65536;

  /** Clients whose replies are kept. */
  public static final int CLIENT_RECORDS_MAX = 8192;

  /** The same per access key. */
  public static final int CLIENT_RECORDS_PER_KEY_MAX = 2048;

  /** Sessions of a server. */
  public static final int SESSIONS_MAX = 4096;

  /** Sessions of one access key. */
  public static final int SESSIONS_PER_KEY_MAX = 1024;

  /** Sessions of one source, an IPv4 address or an IPv6 /64. */
  public static final int SESSIONS_PER_SOURCE_MAX = 256;

  /** HELLOs answered per source. In per second. */
  public static final int HELLOS_PER_SECOND_PER_SOURCE = 20;

  /** AUTHs worked on per access key. In per second. */
  public static final int AUTHS_PER_SECOND_PER_KEY = 20;

  /** NO_SESSION hints per source. In per second. */
  public static final int NO_SESSION_PER_SECOND_PER_SOURCE = 1;

  /** NO_SESSION hints in all. In per second. */
  public static final int NO_SESSION_PER_SECOND = 200;

  /** Shorter datagrams get no NO_SESSION hint. */
  public static final int NO_SESSION_DATAGRAM_BYTES_MIN = 28;

  /** How far back a datagram may come late. In datagrams. */
  public static final int REPLAY_WINDOW = 2016;

  /** Words of 32 bits in the ring of the replay window. */
  public static final int REPLAY_WINDOW_WORDS = 64;

  /** After so many the client makes a new session. In datagrams. */
  public static final long COUNTER_MAX_CLIENT = 4294967296L;

  /** From here on the server refuses. In datagrams. */
  public static final long COUNTER_MAX_SERVER = 1099511627776L;

  /** AUTHs remembered, so that a repeated one gets the same WELCOME. In entries. */
  public static final int SEEN_AUTHS_MAX = 16384;

  /** Messages in reassembly per session. */
  public static final int REASSEMBLY_MESSAGES_PER_SESSION = 8;

  /** Bytes in reassembly per session. */
  public static final int REASSEMBLY_BYTES_PER_SESSION = 4194304;

  /** Bytes in reassembly per access key. */
  public static final int REASSEMBLY_BYTES_PER_KEY = 16777216;

  /** Bytes in reassembly in all. */
  public static final int REASSEMBLY_BYTES_MAX = 67108864;

  /** A receiver acknowledges after so many fragments, or after fragmentAckDelayMs. */
  public static final int FRAGMENTS_PER_ACK = 2;

  /** Bitmap of FRAG_ACK. */
  public static final int FRAGMENT_ACK_BITMAP_BYTES = 8;

  /** Congestion window at the start and after idling. */
  public static final int CONGESTION_WINDOW_INITIAL_BYTES = 12000;

  /** Congestion window is never below. */
  public static final int CONGESTION_WINDOW_MIN_BYTES = 2400;

  /** So many later ones answered, and 9/8 of srtt passed, mean loss. In requests. */
  public static final int REORDER_THRESHOLD = 3;

  /** AUTHs without WELCOME before the client reports PATH_MTU_OR_KEY. */
  public static final int HANDSHAKE_TRIES_MAX = 3;

  /** What both ends ask of the kernel. */
  public static final int SOCKET_BUFFER_BYTES = 4194304;

  private Limits() {}
}
