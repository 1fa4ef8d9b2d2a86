// Generated from protocol-spec/memcached.json by `npm run gen`: do not edit.

/** Opcodes of the binary protocol. */

export const BinaryCommand = {
  GET: 0x00,
  SET: 0x01,
  ADD: 0x02,
  REPLACE: 0x03,
  DELETE: 0x04,
  INCREMENT: 0x05,
  DECREMENT: 0x06,
  QUIT: 0x07,
  FLUSH: 0x08,
  NOOP: 0x0a,
  VERSION: 0x0b,
  GETK: 0x0c,
  APPEND: 0x0e,
  PREPEND: 0x0f,
  STAT: 0x10,
  TOUCH: 0x1c,
  GAT: 0x1d,
  SASL_LIST: 0x20,
  SASL_AUTH: 0x21,
  SASL_STEP: 0x22,
  GATK: 0x23,
} as const;

/** Opcode of a quiet twin, and of the command that it is the twin of. */
export const quietTwins: readonly (readonly [number, number])[] = [
  [0x09, BinaryCommand.GET],
  [0x11, BinaryCommand.SET],
  [0x12, BinaryCommand.ADD],
  [0x13, BinaryCommand.REPLACE],
  [0x14, BinaryCommand.DELETE],
  [0x15, BinaryCommand.INCREMENT],
  [0x16, BinaryCommand.DECREMENT],
  [0x17, BinaryCommand.QUIT],
  [0x18, BinaryCommand.FLUSH],
  [0x0d, BinaryCommand.GETK],
  [0x19, BinaryCommand.APPEND],
  [0x1a, BinaryCommand.PREPEND],
  [0x1e, BinaryCommand.GAT],
  [0x24, BinaryCommand.GATK],
];
