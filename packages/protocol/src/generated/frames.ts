// Generated from protocol-spec/protocol.json by `npm run gen`: do not edit.

/** Frames inside a data datagram. */

/** Types of frames. */
export const FrameType = {
  /** Frame type of padding: everything to the end of the datagram is ignored. */
  PADDING: 0x00,
  /** A request of 1 to 255 ops that fits a datagram. The unit of dedup. */
  REQ: 0x01,
  /** A reply that fits a datagram. */
  RSP: 0x02,
  /** A fragment of a larger request. */
  REQ_FRAG: 0x03,
  /** A fragment of a larger reply. */
  RSP_FRAG: 0x04,
  /** Says which fragments have arrived. */
  FRAG_ACK: 0x05,
  /** The request was received and is still executing: do not send it again yet. */
  WORKING: 0x06,
  /** Keeps the session alive and frees cached replies. */
  PING: 0x08,
  /** Answers PING. */
  PONG: 0x09,
  /** Asks a new address to prove itself. */
  PATH_CHALLENGE: 0x0a,
  /** Answers PATH_CHALLENGE. */
  PATH_RESPONSE: 0x0b,
  /** Ends the session. */
  CLOSE: 0x0c,
  /** Reserved for watch and subscribe. */
  PUSH: 0x0d,
} as const;
export type FrameType = (typeof FrameType)[keyof typeof FrameType];

/** In front of every frame but padding. Type 0x00 is padding to the end of the datagram. */
export const FRAME_HEADER_BYTES = 3;

/** Unknown frame types from here on are skipped instead of ending the session. */
export const SKIPPABLE_FRAMES_FROM = 0x80;

/** Bytes of the fixed part of each body, in front of ops, results, data or reason. */
export const FrameBodyBytes = {
  /** A request of 1 to 255 ops that fits a datagram. The unit of dedup. */
  REQ: 6,
  /** A reply that fits a datagram. */
  RSP: 6,
  /** A fragment of a larger request. */
  REQ_FRAG: 12,
  /** A fragment of a larger reply. */
  RSP_FRAG: 12,
  /** Says which fragments have arrived. */
  FRAG_ACK: 20,
  /** The request was received and is still executing: do not send it again yet. */
  WORKING: 5,
  /** Keeps the session alive and frees cached replies. */
  PING: 8,
  /** Answers PING. */
  PONG: 4,
  /** Asks a new address to prove itself. */
  PATH_CHALLENGE: 8,
  /** Answers PATH_CHALLENGE. */
  PATH_RESPONSE: 8,
  /** Ends the session. */
  CLOSE: 2,
} as const;

/**
 * Flags of REQ and REQ_FRAG. Bits 0-3: number of the attempt, from 0, modulo 16. Bit 4: all ops apply or none
 * does. Bits 5-7 are reserved.
 */
export const RequestFlag = {
  /** Attempts so far. */
  ATTEMPT_MASK: 0x0f,
  /** All ops or none. */
  ATOMIC: 0x10,
} as const;

/**
 * Flags of RSP, RSP_FRAG and WORKING. Bits 0-3 echo the attempt. Bit 4: the reply comes from the reply cache.
 * Bits 5-7 are reserved.
 */
export const ReplyFlag = {
  /** The attempt echoed. */
  ATTEMPT_MASK: 0x0f,
  /** A stored reply. */
  FROM_CACHE: 0x10,
} as const;

/** Offsets in the body of REQ. A request of 1 to 255 ops that fits a datagram. The unit of dedup. */
export const ReqFrameAt = {
  /** u32: Request id, from 1, one more per request; lives with the clientId. */
  rid: 0,
  /** u8: rid - floor; never as large as rid, since the floor is at least 1. */
  delta: 4,
  /** u8: Bits 0-3 number of the attempt from 0 modulo 16, bit 4 atomic. */
  flags: 5,
  /** rest: The ops. */
  ops: 6,
} as const;

/** Offsets in the body of RSP. A reply that fits a datagram. */
export const RspFrameAt = {
  /** u32: Of the request. */
  rid: 0,
  /** u8: Bits 0-3 attempt echoed, bit 4 from the reply cache. */
  flags: 4,
  /** u8: OK, or a code for the whole request; then no results follow. */
  status: 5,
  /** rest: One result per op, in order. */
  results: 6,
} as const;

/** Offsets in the body of REQ_FRAG. A fragment of a larger request. */
export const ReqFragFrameAt = {
  /** u32: As in REQ. */
  rid: 0,
  /** u8: As in REQ. */
  delta: 4,
  /** u8: As in REQ. */
  flags: 5,
  /** u32: Bytes of all ops. */
  total: 6,
  /** u16: Number of this fragment, from 0. */
  index: 10,
  /** rest: Exactly maxDatagram - 48 bytes, but in the last. */
  data: 12,
} as const;

/** Offsets in the body of RSP_FRAG. A fragment of a larger reply. */
export const RspFragFrameAt = {
  /** u32: As in RSP. */
  rid: 0,
  /** u8: As in RSP. */
  flags: 4,
  /** u8: As in RSP. */
  status: 5,
  /** u32: Bytes of all results. */
  total: 6,
  /** u16: Number of this fragment, from 0. */
  index: 10,
  /** rest: Exactly maxDatagram - 48 bytes, but in the last. */
  data: 12,
} as const;

/** Offsets in the body of FRAG_ACK. Says which fragments have arrived. */
export const FragAckFrameAt = {
  /** u32: Of the message. */
  rid: 0,
  /** u8: 0 of a request, 1 of a reply. */
  direction: 4,
  /** u8: Zero. */
  zero: 5,
  /** u16: Lowest fragment that is still missing. */
  next: 6,
  /** bytes[8]: Bit i of byte i/8: fragment next + 1 + i has arrived. */
  bitmap: 8,
  /** u32: Low 32 bits of the counter of the datagram that led to this ack, for the round-trip time. */
  echo: 16,
} as const;

/**
 * Offsets in the body of WORKING. The request was received and is still executing: do not send it again yet.
 */
export const WorkingFrameAt = {
  /** u32: Of the request. */
  rid: 0,
  /** u8: Bits 0-3 attempt echoed. */
  flags: 4,
} as const;

/** Offsets in the body of PING. Keeps the session alive and frees cached replies. */
export const PingFrameAt = {
  /** u32: Lowest rid whose reply the client lacks. */
  floor: 0,
  /** u32: Anything; echoed. */
  token: 4,
} as const;

/** Offsets in the body of PONG. Answers PING. */
export const PongFrameAt = {
  /** u32: Of the PING. */
  token: 0,
} as const;

/** Offsets in the body of PATH_CHALLENGE. Asks a new address to prove itself. */
export const PathChallengeFrameAt = {
  /** bytes[8]: Random. */
  data: 0,
} as const;

/** Offsets in the body of PATH_RESPONSE. Answers PATH_CHALLENGE. */
export const PathResponseFrameAt = {
  /** bytes[8]: Of the challenge. */
  data: 0,
} as const;

/** Offsets in the body of CLOSE. Ends the session. */
export const CloseFrameAt = {
  /** u16: A close code. */
  code: 0,
  /** rest: UTF-8, for people; may be empty. */
  reason: 2,
} as const;

/** Header of one op. argLen covers everything after the key, so that an unknown op can be stepped over. */
export const OpHeaderAt = {
  /** u8: The command. */
  opcode: 0,
  /** u8: Flags of the command; unknown bits are MALFORMED. */
  flags: 1,
  /** u16: Bytes of the key. */
  keyLen: 2,
  /** u32: Bytes of all arguments. */
  argLen: 4,
} as const;
export const OP_HEADER_BYTES = 8;

/** Header of one result. */
export const ResultHeaderAt = {
  /** u8: A result code. */
  status: 0,
  /** u8: Type of the value; bit 7: a version (u64) precedes the value. */
  type: 1,
  /** u32: Bytes of version and value together. */
  len: 2,
} as const;
export const RESULT_HEADER_BYTES = 6;

/** Bit of a result's type byte: a version precedes the value. */
export const RESULT_VERSION_BIT = 0x80;
