// Generated from protocol-spec/protocol.json by `npm run gen`: do not edit.

/** Datagrams: types, lengths and offsets. */

/** First byte of every datagram: magic nibble A, version nibble 1. */
export const MAGIC_BYTE = 0xa1;

/** Lowest and highest version of the protocol that this code speaks. */
export const PROTOCOL_VERSION_MIN = 1;
export const PROTOCOL_VERSION_MAX = 1;

/** Default port, UDP and TCP. */
export const DEFAULT_PORT = 2662;

/**
 * Added to a datagram type in open mode. A sealed endpoint drops all types with it, an open endpoint all
 * without.
 */
export const OPEN_TYPE_OFFSET = 0x20;

/** Bytes of the header of a data datagram. */
export const DATA_HEADER_BYTES = 12;

/** Types of datagrams in sealed mode. */
export const DatagramType = {
  /** Asks for a cookie. Longer than the answer, so that forged sources gain nothing. */
  HELLO: 0x01,
  /** The cookie: proves the address of the client when it comes back. The server keeps nothing. */
  CHALLENGE: 0x02,
  /**
   * Brings the cookie back and the parameters of the client. Its length proves that the path carries full
   * datagrams to the server.
   */
  AUTH: 0x03,
  /** Opens the session. Its length proves that the path carries full datagrams to the client. */
  WELCOME: 0x04,
  /** Answers a HELLO whose versions do not overlap with those of the server. */
  VERSIONS: 0x05,
  /** Refuses an AUTH whose cookie was valid, or has gone stale. */
  REJECT: 0x06,
  /**
   * A hint that the server does not know the sid of a datagram. A client believes it only where sid and
   * counter match what it sent within 30 s, and then only starts a handshake.
   */
  NO_SESSION: 0x07,
  /** Frames from the client. */
  DATA_TO_SERVER: 0x10,
  /** Frames from the server. */
  DATA_TO_CLIENT: 0x11,
} as const;
export type DatagramType = (typeof DatagramType)[keyof typeof DatagramType];

/** Types of datagrams in open mode: the same plus OPEN_TYPE_OFFSET. */
export const OpenDatagramType = {
  /** Asks for a cookie. Longer than the answer, so that forged sources gain nothing. */
  HELLO: 0x21,
  /** The cookie: proves the address of the client when it comes back. The server keeps nothing. */
  CHALLENGE: 0x22,
  /**
   * Brings the cookie back and the parameters of the client. Its length proves that the path carries full
   * datagrams to the server.
   */
  AUTH: 0x23,
  /** Opens the session. Its length proves that the path carries full datagrams to the client. */
  WELCOME: 0x24,
  /** Answers a HELLO whose versions do not overlap with those of the server. */
  VERSIONS: 0x25,
  /** Refuses an AUTH whose cookie was valid, or has gone stale. */
  REJECT: 0x26,
  /**
   * A hint that the server does not know the sid of a datagram. A client believes it only where sid and
   * counter match what it sent within 30 s, and then only starts a handshake.
   */
  NO_SESSION: 0x27,
  /** Frames from the client. */
  DATA_TO_SERVER: 0x30,
  /** Frames from the server. */
  DATA_TO_CLIENT: 0x31,
} as const;
export type OpenDatagramType = (typeof OpenDatagramType)[keyof typeof OpenDatagramType];

/** Lengths of handshake datagrams; any other length is dropped. */
export const DatagramBytes = {
  /** Sent by the client. */
  HELLO: 128,
  /** Sent by the server. */
  CHALLENGE: 32,
  /** Sent by the client. */
  AUTH: 1200,
  /** Sent by the server. */
  WELCOME: 1200,
  /** Sent by the server. */
  VERSIONS: 16,
  /** Sent by the server. */
  REJECT: 16,
  /** Sent by the server. */
  NO_SESSION: 12,
} as const;

/**
 * Admission by type and length, before anything else is looked at: the exact length of a handshake datagram,
 * 0 for a type that does not exist, -1 for DATA, which is a header or more.
 */
export const datagramBytesByType: Int16Array = new Int16Array(256);
for (const [name, type] of Object.entries(DatagramType)) {
  const bytes = (DatagramBytes as Readonly<Record<string, number>>)[name] ?? -1;
  datagramBytesByType[type] = bytes;
  datagramBytesByType[type + OPEN_TYPE_OFFSET] = bytes;
}

/**
 * Offsets in the header of a data datagram. Header of a data datagram. The counter runs per session and
 * direction, from 0, and no value is ever used twice, not even for a retransmit.
 */
export const DataHeaderAt = {
  /** u8: Magic nibble A, version nibble 1: 0xA1. */
  magic: 0,
  /** u8: Type of the datagram. */
  type: 1,
  /** u32: Session id, random, never 0. Its top 6 bits name the worker that owns the session. */
  sid: 2,
  /** u48: Number of this datagram in its session and direction. */
  counter: 6,
} as const;

/** Offsets in HELLO. Asks for a cookie. Longer than the answer, so that forged sources gain nothing. */
export const HelloAt = {
  /** u8: Magic nibble A, version nibble 1: 0xA1. */
  magic: 0,
  /** u8: Type of the datagram. */
  type: 1,
  /** u8: Lowest version that the client speaks. */
  versionMin: 2,
  /** u8: Highest version that the client speaks. */
  versionMax: 3,
  /** bytes[8]: Random per attempt of the client; names the attempt and is echoed. */
  cnonce: 4,
  /** bytes[116]: Zero. Anything else means drop. */
  zero: 12,
} as const;

/**
 * Offsets in CHALLENGE. The cookie: proves the address of the client when it comes back. The server keeps
 * nothing.
 */
export const ChallengeAt = {
  /** u8: Magic nibble A, version nibble 1: 0xA1. */
  magic: 0,
  /** u8: Type of the datagram. */
  type: 1,
  /** u8: The version that the server chose. */
  version: 2,
  /** u8: Zero. */
  zero: 3,
  /** bytes[8]: Random per attempt of the client; names the attempt and is echoed. */
  cnonce: 4,
  /** u32: Monotonic second of the server when the cookie was made. */
  timestamp: 12,
  /** bytes[16]: HMAC-SHA512 under the cookie key of what the cookie covers, first 16 bytes. */
  cookieMac: 16,
} as const;

/**
 * Offsets in AUTH. Brings the cookie back and the parameters of the client. Its length proves that the path
 * carries full datagrams to the server.
 */
export const AuthAt = {
  /** u8: Magic nibble A, version nibble 1: 0xA1. */
  magic: 0,
  /** u8: Type of the datagram. */
  type: 1,
  /** u8: The version in CHALLENGE. */
  version: 2,
  /** u8: Zero; no flag is defined. */
  flags: 3,
  /** bytes[8]: Random per attempt of the client; names the attempt and is echoed. */
  cnonce: 4,
  /** u32: As in CHALLENGE. */
  timestamp: 12,
  /** bytes[16]: As in CHALLENGE. */
  cookieMac: 16,
  /** bytes[8]: Names the access key. Open mode: zero. */
  keyId: 32,
  /** bytes[32]: X25519 public key of the client, fresh for every new AUTH. Open mode: zero. */
  ephemeralKey: 40,
  /** bytes[16]: Tag of the box. Open mode: zero. */
  tag: 72,
  /** bytes[1112]: clientParams, then zeros. In the box when sealed, in clear when open. */
  params: 88,
} as const;

/**
 * Offsets in WELCOME. Opens the session. Its length proves that the path carries full datagrams to the
 * client.
 */
export const WelcomeAt = {
  /** u8: Magic nibble A, version nibble 1: 0xA1. */
  magic: 0,
  /** u8: Type of the datagram. */
  type: 1,
  /** u8: The version in AUTH. */
  version: 2,
  /** u8: Zero; no flag is defined. */
  flags: 3,
  /** bytes[8]: Random per attempt of the client; names the attempt and is echoed. */
  cnonce: 4,
  /** bytes[32]: X25519 public key of the server, fresh for every new WELCOME. Open mode: zero. */
  ephemeralKey: 12,
  /** bytes[16]: Tag of the box. Open mode: zero. */
  tag: 44,
  /** bytes[1140]: serverParams, then zeros. In the box when sealed, in clear when open. */
  params: 60,
} as const;

/** Offsets in VERSIONS. Answers a HELLO whose versions do not overlap with those of the server. */
export const VersionsAt = {
  /** u8: Magic nibble A, version nibble 1: 0xA1. */
  magic: 0,
  /** u8: Type of the datagram. */
  type: 1,
  /** u8: Lowest version that the server speaks. */
  versionMin: 2,
  /** u8: Highest version that the server speaks. */
  versionMax: 3,
  /** bytes[8]: Random per attempt of the client; names the attempt and is echoed. */
  cnonce: 4,
  /** bytes[4]: Zero. */
  zero: 12,
} as const;

/** Offsets in REJECT. Refuses an AUTH whose cookie was valid, or has gone stale. */
export const RejectAt = {
  /** u8: Magic nibble A, version nibble 1: 0xA1. */
  magic: 0,
  /** u8: Type of the datagram. */
  type: 1,
  /** u8: The version in AUTH. */
  version: 2,
  /** u8: A reject reason. */
  reason: 3,
  /** bytes[8]: Random per attempt of the client; names the attempt and is echoed. */
  cnonce: 4,
  /** u32: When to try again, in milliseconds; 0 = at once. */
  retryAfterMs: 12,
} as const;

/**
 * Offsets in NO_SESSION. A hint that the server does not know the sid of a datagram. A client believes it
 * only where sid and counter match what it sent within 30 s, and then only starts a handshake.
 */
export const NoSessionAt = {
  /** u8: Magic nibble A, version nibble 1: 0xA1. */
  magic: 0,
  /** u8: Type of the datagram. */
  type: 1,
  /** u32: Of the offending datagram. */
  sid: 2,
  /** u48: Of the offending datagram. */
  counter: 6,
} as const;

/**
 * Offsets in the params of AUTH. What the client says of itself. After the fixed part TLVs (type u8, length
 * u16, bytes), then zeros.
 */
export const ClientParamsAt = {
  /**
   * bytes[16]: Random per instance of the client, never stored. Request ids belong to it, not to the session.
   */
  clientId: 0,
  /** u32: Lowest request id whose reply the client still lacks. */
  floor: 16,
  /** u16: Largest datagram that the client takes, 1200 unless both addresses are loopback. */
  maxDatagram: 20,
  /** u16: Window of request ids that the client wants. */
  window: 22,
  /** u32: Features the client knows; none is defined. */
  features: 24,
  /** u32: Features without which the client will not go on; none is defined. */
  required: 28,
  /** u32: Session that this one replaces, 0 if none. */
  previousSid: 32,
  /** bytes[8]: Epoch of the server in that session, zero if none. */
  previousEpoch: 36,
} as const;

/**
 * Offsets in the params of WELCOME. What the server grants. After the fixed part TLVs (type u8, length u16,
 * bytes), then zeros.
 */
export const ServerParamsAt = {
  /** u32: Id of the new session. */
  sid: 0,
  /**
   * bytes[8]: Names the run of client records that this server knows: with a journal as old as its database,
   * else random per start of the server.
   */
  epoch: 4,
  /** u8: 0 FRESH: the server knows no earlier request of this client. 1 RESUMED: it does. */
  dedup: 12,
  /** u8: Zero. */
  zero: 13,
  /** u16: Window of request ids granted. */
  window: 14,
  /** u16: Largest datagram both ends may send in this session. */
  maxDatagram: 16,
  /** u16: Messages the server reassembles at once for this session. */
  maxReassembly: 18,
  /** u32: Largest message in bytes, request or reply. */
  maxMessage: 20,
  /** u32: Silence after which the session is closed. */
  idleSeconds: 24,
  /** u32: Age at which the session is refused. */
  maxAgeSeconds: 28,
  /** u32: Features in use; none is defined. */
  features: 32,
  /** u32: What the access key may do: bit 0 read, bit 1 write, bit 2 admin. Open mode: all. */
  permissions: 36,
} as const;

/** Bytes of the fixed part of clientParams; TLVs follow. */
export const CLIENT_PARAMS_BYTES = 44;

/** Bytes of the fixed part of serverParams; TLVs follow. */
export const SERVER_PARAMS_BYTES = 40;

/** Bits of the permissions that a session has. */
export const Permission = {
  /** Commands of kind read. */
  READ: 0x01,
  /** Commands of kind write. */
  WRITE: 0x02,
  /** Commands of kind admin. */
  ADMIN: 0x04,
} as const;

/** What WELCOME says of earlier requests of the client. */
export const Dedup = {
  /** No record of this client: unanswered writes have an unknown outcome. */
  FRESH: 0x00,
  /** The record of this client lives: unanswered requests are sent again. */
  RESUMED: 0x01,
} as const;
export type Dedup = (typeof Dedup)[keyof typeof Dedup];

/** Why REJECT. */
export const RejectReason = {
  /** The cookie is valid no longer: start again with HELLO. */
  STALE_COOKIE: 0x01,
  /** Unknown access key, or the wrong one; deliberately one code. */
  AUTH_FAILED: 0x02,
  /** No room for another session. */
  SERVER_FULL: 0x03,
  /** No room for another session of this access key or source. */
  KEY_QUOTA: 0x04,
  /** Too many handshakes; wait retryAfterMs. */
  RATE_LIMITED: 0x05,
  /**
   * The server still reads its files; wait retryAfterMs. Codes 128 to 228 all mean this: what is above 128 is
   * how much of them has been read, in percent.
   */
  LOADING: 0x80,
} as const;
export type RejectReason = (typeof RejectReason)[keyof typeof RejectReason];

/** Why CLOSE. */
export const CloseCode = {
  /** The peer is done. */
  NORMAL: 0x00,
  /** A newer session of the same client is current. */
  TAKEN_OVER: 0x01,
  /** The access key was revoked. */
  KEY_REVOKED: 0x02,
  /** The session is too old; make a new one. */
  AGE: 0x03,
  /** The peer broke the protocol. */
  PROTOCOL: 0x04,
  /** A frame of an unknown type below 0x80. */
  UNSUPPORTED_FRAME: 0x05,
  /** The server stops. */
  SHUTDOWN: 0x06,
} as const;
export type CloseCode = (typeof CloseCode)[keyof typeof CloseCode];
