// Generated from protocol-spec/protocol.json by `npm run gen`: do not edit.

/** Limits and timings of the protocol. */

/** Limits of the protocol. Those of one implementation are its own. */
export const Limits = {
  /** Shortest key. */
  keyBytesMin: 1,
  /** Longest key. */
  keyBytesMax: 1024,
  /** Longest glob pattern of SCAN. */
  patternBytesMax: 1024,
  /** Largest value unless the server is configured otherwise. */
  valueBytesMaxDefault: 1048576,
  /** The most that a server may be configured to. */
  valueBytesMaxCeiling: 16777216,
  /**
   * Largest old value that SET and GETDELETE return; above it they refuse with VALUE_TOO_LARGE before
   * anything changes, so that the reply of a write stays small enough to be kept.
   */
  returnedValueBytesMax: 1024,
  /** Deepest nesting of a json value. In levels. */
  jsonDepthMax: 128,
  /** Largest version and cursor: exact in every language. In number. */
  versionMax: 9007199254740991,
  /** Largest TTL or Unix time on the wire, a u48: the year 10889. */
  timeMsMax: 281474976710655,
  /** Most ops in one request. */
  opsPerRequestMax: 255,
  /** Largest datagram on any path. */
  datagramBytesMax: 1200,
  /** Largest datagram two loopback ends may agree on. */
  datagramBytesMaxLoopback: 16384,
  /** Header and tag of a DATA datagram. Open mode has no tag but splits alike. */
  sealOverheadBytes: 28,
  /** Frames in one datagram of 1200: datagramBytesMax - sealOverheadBytes. */
  framesBytesMax: 1172,
  /** maxDatagram minus this is the data of every fragment but the last. */
  fragmentOverheadBytes: 48,
  /** Data of a fragment in datagrams of 1200. */
  fragmentDataBytes: 1152,
  /** Most fragments of a message: the index is a u16. */
  fragmentsMax: 65536,
  /**
   * Largest request or reply unless configured otherwise: a value of valueBytesMaxDefault and 4096 bytes
   * more.
   */
  messageBytesMax: 1052672,
  /** Window of request ids unless agreed otherwise. In requests. */
  windowDefault: 128,
  /** Largest window: delta is a u8. In requests. */
  windowMax: 256,
  /** A stored reply above this keeps READ_NOT_REPLAYED in the place of values read. */
  storedReplyBytesMax: 4096,
  /** Stored replies of one client together; beyond it BUSY, before execution. */
  storedRepliesBytesPerClientMax: 65536,
  /** Clients whose replies are kept. */
  clientRecordsMax: 8192,
  /** The same per access key. */
  clientRecordsPerKeyMax: 2048,
  /** Sessions of a server. */
  sessionsMax: 4096,
  /** Sessions of one access key. */
  sessionsPerKeyMax: 1024,
  /** Sessions of one source, an IPv4 address or an IPv6 /64. */
  sessionsPerSourceMax: 256,
  /** HELLOs answered per source. In per second. */
  hellosPerSecondPerSource: 20,
  /** AUTHs worked on per access key. In per second. */
  authsPerSecondPerKey: 20,
  /** NO_SESSION hints per source. In per second. */
  noSessionPerSecondPerSource: 1,
  /** NO_SESSION hints in all. In per second. */
  noSessionPerSecond: 200,
  /** Shorter datagrams get no NO_SESSION hint. */
  noSessionDatagramBytesMin: 28,
  /** How far back a datagram may come late. In datagrams. */
  replayWindow: 2016,
  /** Words of 32 bits in the ring of the replay window. */
  replayWindowWords: 64,
  /** After so many the client makes a new session. In datagrams. */
  counterMaxClient: 4294967296,
  /** From here on the server refuses. In datagrams. */
  counterMaxServer: 1099511627776,
  /** AUTHs remembered, so that a repeated one gets the same WELCOME. In entries. */
  seenAuthsMax: 16384,
  /** Messages in reassembly per session. */
  reassemblyMessagesPerSession: 8,
  /** Bytes in reassembly per session. */
  reassemblyBytesPerSession: 4194304,
  /** Bytes in reassembly per access key. */
  reassemblyBytesPerKey: 16777216,
  /** Bytes in reassembly in all. */
  reassemblyBytesMax: 67108864,
  /** A receiver acknowledges after so many fragments, or after fragmentAckDelayMs. */
  fragmentsPerAck: 2,
  /** Bitmap of FRAG_ACK. */
  fragmentAckBitmapBytes: 8,
  /** Congestion window at the start and after idling. */
  congestionWindowInitialBytes: 12000,
  /** Congestion window is never below. */
  congestionWindowMinBytes: 2400,
  /** So many later ones answered, and 9/8 of srtt passed, mean loss. In requests. */
  reorderThreshold: 3,
  /** AUTHs without WELCOME before the client reports PATH_MTU_OR_KEY. */
  handshakeTriesMax: 3,
  /** What both ends ask of the kernel. */
  socketBufferBytes: 4194304,
} as const;

/** Default timings, in milliseconds. */
export const Timings = {
  /** A new cookie key after this; the previous one is kept. */
  cookieRotationMs: 120000,
  /** How long a cookie is accepted. */
  cookieAgeMsMax: 10000,
  /** How long an AUTH is remembered. */
  seenAuthMs: 20000,
  /** How long an older session of a client still receives. */
  takeoverMs: 3000,
  /** Silence that closes a session. */
  idleMs: 600000,
  /** Age at which the client makes a new session. */
  rekeyMs: 3600000,
  /** Age at which the server refuses. */
  sessionAgeMsMax: 7200000,
  /** A sid is not given again within this time. */
  sidReuseMs: 600000,
  /** A client record may be evicted after this long without traffic of its client. */
  clientRecordIdleMs: 300000,
  /** Without contact for this long an unanswered write is given up as OUTCOME_UNKNOWN. */
  outcomeUnknownMs: 240000,
  /** A NO_SESSION hint counts only for datagrams sent within this time. */
  noSessionTrustMs: 30000,
  /** Shortest retransmission timer. */
  retransmitMsMin: 20,
  /** Longest retransmission timer. */
  retransmitMsMax: 1000,
  /** Retransmission timer before the first sample. */
  retransmitMsInitial: 200,
  /** Longest delay of a FRAG_ACK. */
  fragmentAckDelayMs: 10,
  /** Without a new fragment for this long a message is dropped. */
  reassemblyIdleMs: 2000,
  /** A message not complete after this is dropped. */
  reassemblyMsMax: 30000,
  /** A client with something unanswered or wanting to stay sends PING after this much silence. */
  keepaliveMs: 20000,
} as const;
