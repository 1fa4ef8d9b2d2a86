// Generated from protocol-spec/messages/*.json by `npm run gen`: do not edit.

/** Opcodes, their kinds and their flags. */

/** The first byte of an op: which command. */
export const Opcode = {
  /** Read a value. */
  GET: 0x01,
  /** Write a value, with conditions and a time to live. */
  SET: 0x02,
  /** Remove a key. */
  DELETE: 0x03,
  /** Ask whether a key exists. */
  EXISTS: 0x04,
  /** Ask how long a key will live. */
  TTL: 0x05,
  /** Set when a key expires. */
  EXPIRE: 0x06,
  /** Let a key live for ever. */
  PERSIST: 0x07,
  /** Add to an integer. */
  INCR: 0x08,
  /** Add to a float. */
  INCRFLOAT: 0x09,
  /** Add to the end of a value. */
  APPEND: 0x0a,
  /** Ask for the length of a value. */
  LENGTH: 0x0b,
  /** Read a value and remove its key. */
  GETDELETE: 0x0c,
  /** Read a value and set when its key expires. */
  GETEXPIRE: 0x0d,
  /** Give an entry another key. */
  RENAME: 0x0e,
  /** Ask for the type of a value. */
  TYPE: 0x0f,
  /** List keys, a page at a time. */
  SCAN: 0x10,
  /** Ask how many keys there are. */
  COUNT: 0x11,
  /** Remove all keys. */
  FLUSH: 0x12,
  /** Ask how the server is. */
  STATS: 0x13,
  /** Ask whether the server answers. */
  PING: 0x14,
  /** Check a condition, for an atomic request. */
  CHECK: 0x15,
  /** Write a snapshot now. */
  SNAPSHOT: 0x16,
  /** Give a copy of an entry another key. */
  COPY: 0x17,
} as const;
export type Opcode = (typeof Opcode)[keyof typeof Opcode];

/** What an access key must be allowed for a command. */
export type CommandKind = 'read' | 'write' | 'admin';

const IS_KNOWN = 1;
const MUTATES = 2;
const IS_REREAD = 4;
const IS_ALONE = 8;
const IS_WRITE_KIND = 16;
const IS_ADMIN_KIND = 32;

// One byte per opcode: a look-up instead of a switch, for code that sees every op.
const TRAITS = new Uint8Array(256);
for (const opcode of Object.values(Opcode)) TRAITS[opcode] |= IS_KNOWN;
for (const opcode of [Opcode.SET, Opcode.DELETE, Opcode.EXPIRE, Opcode.PERSIST, Opcode.INCR, Opcode.INCRFLOAT, Opcode.APPEND, Opcode.GETDELETE, Opcode.GETEXPIRE, Opcode.RENAME, Opcode.FLUSH, Opcode.SNAPSHOT, Opcode.COPY])
  TRAITS[opcode] |= MUTATES;
for (const opcode of [Opcode.GET, Opcode.GETEXPIRE, Opcode.SCAN, Opcode.STATS, Opcode.PING]) TRAITS[opcode] |= IS_REREAD;
for (const opcode of [Opcode.SNAPSHOT]) TRAITS[opcode] |= IS_ALONE;
for (const opcode of [Opcode.SET, Opcode.DELETE, Opcode.EXPIRE, Opcode.PERSIST, Opcode.INCR, Opcode.INCRFLOAT, Opcode.APPEND, Opcode.GETDELETE, Opcode.GETEXPIRE, Opcode.RENAME, Opcode.COPY])
  TRAITS[opcode] |= IS_WRITE_KIND;
for (const opcode of [Opcode.FLUSH, Opcode.SNAPSHOT]) TRAITS[opcode] |= IS_ADMIN_KIND;

export function isKnownOpcode(opcode: number): boolean {
  return (TRAITS[opcode] & IS_KNOWN) !== 0;
}

/** Whether the op can change something, so that its request is entered in the reply cache. FLUSH and SNAPSHOT too. */
export function isWriteOpcode(opcode: number): boolean {
  return (TRAITS[opcode] & MUTATES) !== 0;
}

/** Whether the result may be left out of a stored reply that is too large (READ_NOT_REPLAYED stands for it). */
export function isRereadOpcode(opcode: number): boolean {
  return (TRAITS[opcode] & IS_REREAD) !== 0;
}

/** Whether the op must be the only one of its request. */
export function isAloneOpcode(opcode: number): boolean {
  return (TRAITS[opcode] & IS_ALONE) !== 0;
}

/** Kind of a known opcode; of an unknown one `read`, as it will be refused anyway. */
export function kindOfOpcode(opcode: number): CommandKind {
  const traits = TRAITS[opcode];
  return (traits & IS_ADMIN_KIND) !== 0 ? 'admin' : (traits & IS_WRITE_KIND) !== 0 ? 'write' : 'read';
}

/** Flags of GET. */
export const GetFlag = {
  /** Return the version of the entry too, for a later ifVersion. */
  WITH_VERSION: 0x01,
  /**
   * Untyped text is returned as TEXT, byte for byte, instead of being interpreted; an element of a list as a
   * string.
   */
  RAW: 0x02,
} as const;

/** Flags of SET. */
export const SetFlag = {
  /** Only where the key does not exist. */
  IF_ABSENT: 0x01,
  /** Only where the key exists. */
  IF_PRESENT: 0x02,
  /** Only where the entry has this version. */
  IF_VERSION: 0x04,
  /** Expires after ttlMs. */
  TTL: 0x08,
  /** Expires at expireAtMs; a time that has passed leaves no entry. */
  EXPIRE_AT: 0x10,
  /** Keeps the expiry of the entry it replaces. */
  KEEP_TTL: 0x20,
  /** Returns the value that was there, also where a condition fails. Untyped text is returned interpreted. */
  RETURN_OLD: 0x40,
} as const;

/** Flags of DELETE. */
export const DeleteFlag = {
  /** Only where the entry has this version. */
  IF_VERSION: 0x01,
} as const;

/** Flags of TTL. */
export const TtlFlag = {
  /** Return the Unix time of expiry in milliseconds instead of the time left. */
  ABSOLUTE: 0x01,
} as const;

/** Flags of EXPIRE. */
export const ExpireFlag = {
  /** timeMs is a Unix time instead of a time from now. */
  ABSOLUTE: 0x01,
  /** Only where the entry does not expire. */
  IF_NONE: 0x02,
  /** Only where the entry does expire. */
  IF_SOME: 0x04,
  /** Only where the new expiry is later than the present one. */
  IF_LATER: 0x08,
  /** Only where the new expiry is earlier than the present one. */
  IF_EARLIER: 0x10,
} as const;

/** Flags of INCR. */
export const IncrFlag = {
  /** Add this amount, which may be negative, instead of 1. */
  AMOUNT: 0x01,
  /** Where the op creates the key it expires after ttlMs; an existing entry keeps its expiry. */
  TTL: 0x02,
} as const;

/** Flags of INCRFLOAT. */
export const IncrFloatFlag = {
  /** Where the op creates the key it expires after ttlMs; an existing entry keeps its expiry. */
  TTL: 0x01,
} as const;

/** Flags of GETDELETE. */
export const GetDeleteFlag = {
  /** Untyped text is returned as TEXT, byte for byte, instead of being interpreted. */
  RAW: 0x01,
} as const;

/** Flags of GETEXPIRE. */
export const GetExpireFlag = {
  /** Untyped text is returned as TEXT, byte for byte, instead of being interpreted. */
  RAW: 0x01,
  /** Expires after ttlMs. */
  TTL: 0x02,
  /** Expires at expireAtMs; a time that has passed removes the entry after reading it. */
  EXPIRE_AT: 0x04,
  /** Removes the expiry. */
  PERSIST: 0x08,
} as const;

/** Flags of RENAME. */
export const RenameFlag = {
  /** Only where the new key does not exist. */
  IF_ABSENT: 0x01,
} as const;

/** Flags of TYPE. */
export const TypeFlag = {
  /** Say `text` of untyped text instead of what it is interpreted as. */
  RAW: 0x01,
} as const;

/** Flags of SCAN. */
export const ScanFlag = {
  /** Only keys that match the glob pattern: * ? [a-z] [^a] and \ before a character to take it as it is. */
  PATTERN: 0x01,
  /** Only entries of this type. Untyped text counts as what it is interpreted as, and as TEXT. */
  TYPE: 0x02,
  /** Return the type of each entry, interpreted, after its key. */
  WITH_TYPES: 0x04,
} as const;

/** Flags of CHECK. */
export const CheckFlag = {
  /** The key must not exist. */
  IF_ABSENT: 0x01,
  /** The key must exist. */
  IF_PRESENT: 0x02,
  /** The entry must have this version. */
  IF_VERSION: 0x04,
} as const;

/** Flags of COPY. */
export const CopyFlag = {
  /** Only where the new key does not exist. */
  IF_ABSENT: 0x01,
} as const;
