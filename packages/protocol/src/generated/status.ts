// Generated from protocol-spec/errors.json by `npm run gen`: do not edit.

/** Status codes of ops and requests. */

/** Codes below 0x20 answer one op; from 0x20 on they answer a whole request. */
export const Status = {
  /** Success. */
  OK: 0x00,
  /** The key does not exist. Not a failure of an atomic request: the ops after it still run. */
  NOT_FOUND: 0x01,
  /** A condition flag was not met. */
  CONDITION_FAILED: 0x02,
  /** The stored value, or the value sent, is of a type that the op cannot use. */
  TYPE_MISMATCH: 0x03,
  /**
   * The condition ifVersion was not met. The result carries the current version, 0 where the key does not
   * exist.
   */
  VERSION_MISMATCH: 0x04,
  /** Arithmetic left the range of its type. */
  OVERFLOW: 0x05,
  /**
   * Unknown flag bit, two flags that exclude each other, arguments too short or too long, a number out of its
   * range, an empty key where one is required, a value that is not valid for its type, a FLUSH or SNAPSHOT in
   * an atomic request.
   */
  MALFORMED: 0x06,
  /** A key longer than keyBytesMax. */
  KEY_TOO_LARGE: 0x07,
  /**
   * The value to store is larger than the server allows, the old value is larger than returnedValueBytesMax
   * and can not be returned by a write, or a list is too large to be returned as one value.
   */
  VALUE_TOO_LARGE: 0x08,
  /**
   * Checked before a write changes anything. Also where an atomic request would change more than the server
   * can take back.
   */
  OUT_OF_MEMORY: 0x09,
  /** Writes are refused, reads go on. */
  READ_ONLY: 0x0a,
  /** The role or the prefix of the access key does not permit the op. */
  DENIED: 0x0b,
  /** Unknown opcode. The ops after it are still executed: argLen says where it ends. */
  UNSUPPORTED_OP: 0x0c,
  /**
   * In an atomic request one op answered something other than OK or NOT_FOUND; it keeps its own status and
   * all the others say ABORTED.
   */
  ABORTED: 0x0d,
  /** The result did not fit into what was left of the largest message. */
  REPLY_TOO_LARGE: 0x0e,
  /**
   * Answered by doors that have no handshake. The datagram protocol says it before a session stands:
   * REJECT(LOADING).
   */
  LOADING: 0x0f,
  /** The files of a snapshot could not be written whole. Nothing of the data in memory is affected. */
  SNAPSHOT_FAILED: 0x10,
  /**
   * A write that the journal has no room for. The server looks for room every second and goes on by itself.
   */
  DISK_FULL: 0x11,
  /**
   * Stands in a stored reply where the result of a `reread` op was left out because the reply was larger than
   * storedReplyBytesMax. Also in a first reply, where a write was executed and the value that it read does
   * not fit the message.
   */
  READ_NOT_REPLAYED: 0x1f,
  /** Load shedding, before execution. */
  BUSY: 0x20,
  /** rid >= floor + window. */
  WINDOW_EXCEEDED: 0x21,
  /** rid < floor. */
  STALE_RID: 0x22,
  /** Same rid, another fingerprint. */
  RID_REUSED: 0x23,
  /** The total of the fragments is above messageBytesMax. */
  MESSAGE_TOO_LARGE: 0x24,
  /** A limit on messages in reassembly was reached. */
  REASSEMBLY_LIMIT: 0x25,
  /** The reply was dropped, which only an operator can cause. */
  REPLY_GONE: 0x26,
  /** A request that was executing when its time ended. */
  DEADLINE: 0x27,
  /** An assertion of the server failed. */
  INTERNAL: 0x2f,
} as const;
export type Status = (typeof Status)[keyof typeof Status];

/** First code that answers a whole request instead of one op. */
export const TRANSPORT_STATUS_FIRST = 0x20;

/** Whether the effect of what was asked for has happened. */
export type Executed = 'no' | 'yes' | 'unknown';

export interface ErrorInfo {
  readonly name: string;
  readonly code: number;
  readonly scope: 'result' | 'transport';
  readonly executed: Executed;
  /** What was wrong and what helps, for people. Never to be matched by a program. */
  readonly message: string;
}

/** What is known of every status, in the order of their codes. */
export const errorTable: readonly ErrorInfo[] = [
  {
    name: 'OK',
    code: 0x00,
    scope: 'result',
    executed: 'yes',
    message: 'The op was executed.',
  },
  {
    name: 'NOT_FOUND',
    code: 0x01,
    scope: 'result',
    executed: 'no',
    message: 'There is no such key, or it has expired. Nothing was changed.',
  },
  {
    name: 'CONDITION_FAILED',
    code: 0x02,
    scope: 'result',
    executed: 'no',
    message: 'A condition of the op (ifAbsent, ifPresent, ifNone, ifSome, ifLater, ifEarlier) does not hold. Nothing was changed; read the key to see why.',
  },
  {
    name: 'TYPE_MISMATCH',
    code: 0x03,
    scope: 'result',
    executed: 'no',
    message: 'The value has a type this op does not work on. Nothing was changed; TYPE tells the type of what is stored.',
  },
  {
    name: 'VERSION_MISMATCH',
    code: 0x04,
    scope: 'result',
    executed: 'no',
    message: 'The entry has another version than the one given, so somebody wrote it in between. Nothing was changed; read again and retry with the version in this result.',
  },
  {
    name: 'OVERFLOW',
    code: 0x05,
    scope: 'result',
    executed: 'no',
    message: 'The result would not fit: beyond int64, or not a finite float. Nothing was changed.',
  },
  {
    name: 'MALFORMED',
    code: 0x06,
    scope: 'result',
    executed: 'no',
    message: 'The bytes of this op or request do not follow the protocol. Nothing was changed; this is an error in the client, not in the data.',
  },
  {
    name: 'KEY_TOO_LARGE',
    code: 0x07,
    scope: 'result',
    executed: 'no',
    message: 'The key is longer than 1024 bytes. Nothing was changed; use a shorter key, for instance a hash of it.',
  },
  {
    name: 'VALUE_TOO_LARGE',
    code: 0x08,
    scope: 'result',
    executed: 'no',
    message: 'The value is larger than this op or this server allows. Nothing was changed; the limits are in STATS.',
  },
  {
    name: 'OUT_OF_MEMORY',
    code: 0x09,
    scope: 'result',
    executed: 'no',
    message: 'The server has reached its memory limit and its policy is to refuse. Nothing was changed; delete keys, raise the limit (ANOA_MAX_MEMORY) or choose an eviction policy.',
  },
  {
    name: 'READ_ONLY',
    code: 0x0a,
    scope: 'result',
    executed: 'no',
    message: 'The server accepts no writes at present, for instance because its disk refuses them. Nothing was changed; STATS says why.',
  },
  {
    name: 'DENIED',
    code: 0x0b,
    scope: 'result',
    executed: 'no',
    message: 'This access key may not do that to this key. Nothing was changed; ask for a key with another role or prefix.',
  },
  {
    name: 'UNSUPPORTED_OP',
    code: 0x0c,
    scope: 'result',
    executed: 'no',
    message: 'This server does not know that opcode. Nothing was changed; the server is older than the client.',
  },
  {
    name: 'ABORTED',
    code: 0x0d,
    scope: 'result',
    executed: 'no',
    message: 'Another op of this atomic request failed, so nothing of it was applied. Look for the op whose status is not ABORTED.',
  },
  {
    name: 'REPLY_TOO_LARGE',
    code: 0x0e,
    scope: 'result',
    executed: 'no',
    message: 'The reply would not fit a message together with the replies before it. Nothing was changed by this op; ask for this one alone.',
  },
  {
    name: 'LOADING',
    code: 0x0f,
    scope: 'result',
    executed: 'no',
    message: 'The server is still reading its files. Nothing was executed; try again shortly.',
  },
  {
    name: 'SNAPSHOT_FAILED',
    code: 0x10,
    scope: 'result',
    executed: 'no',
    message: 'The snapshot could not be written; the one before it stands. The log of the server says why, a full disk for example.',
  },
  {
    name: 'DISK_FULL',
    code: 0x11,
    scope: 'result',
    executed: 'no',
    message: 'The server\'s disk is full, so it takes no writes until there is room again; reads go on. Nothing was changed; make room on that disk, or try later.',
  },
  {
    name: 'READ_NOT_REPLAYED',
    code: 0x1f,
    scope: 'result',
    executed: 'yes',
    message: 'The request was executed before and this is its stored reply, which does not keep values read. Ask again in a request of its own.',
  },
  {
    name: 'BUSY',
    code: 0x20,
    scope: 'transport',
    executed: 'no',
    message: 'The server refused the request before executing it because a bound on memory or on work was reached. Retry after a pause.',
  },
  {
    name: 'WINDOW_EXCEEDED',
    code: 0x21,
    scope: 'transport',
    executed: 'no',
    message: 'The request id is beyond the window of this client. Nothing was executed; the client sent too many requests without waiting for replies.',
  },
  {
    name: 'STALE_RID',
    code: 0x22,
    scope: 'transport',
    executed: 'unknown',
    message: 'The request id is below the floor that the client announced, so its reply was given up. The request may have been executed long ago.',
  },
  {
    name: 'RID_REUSED',
    code: 0x23,
    scope: 'transport',
    executed: 'no',
    message: 'The request id was used before with another body. This body was not executed; this is an error in the client.',
  },
  {
    name: 'MESSAGE_TOO_LARGE',
    code: 0x24,
    scope: 'transport',
    executed: 'no',
    message: 'The request is larger than the server accepts (maxMessage of WELCOME). Nothing was executed; split it.',
  },
  {
    name: 'REASSEMBLY_LIMIT',
    code: 0x25,
    scope: 'transport',
    executed: 'no',
    message: 'Too many unfinished large requests at once. Nothing was executed; send this one again when others are done.',
  },
  {
    name: 'REPLY_GONE',
    code: 0x26,
    scope: 'transport',
    executed: 'yes',
    message: 'The request was executed, but its reply is no longer kept. Read the keys to see the effect.',
  },
  {
    name: 'DEADLINE',
    code: 0x27,
    scope: 'transport',
    executed: 'unknown',
    message: 'The server gave the request up because it took too long. It may have been executed.',
  },
  {
    name: 'INTERNAL',
    code: 0x2f,
    scope: 'transport',
    executed: 'unknown',
    message: 'The server failed in a way that is a defect of its own. The log of the server has the details; please report it.',
  },
];

/** Statuses that any op can answer, whatever its command lists. */
export const commonErrors: readonly Status[] = [Status.MALFORMED, Status.KEY_TOO_LARGE, Status.OUT_OF_MEMORY, Status.READ_ONLY, Status.DENIED, Status.UNSUPPORTED_OP, Status.ABORTED, Status.REPLY_TOO_LARGE, Status.LOADING, Status.DISK_FULL, Status.READ_NOT_REPLAYED];

const byCode: (ErrorInfo | undefined)[] = new Array(256).fill(undefined);
for (const info of errorTable) byCode[info.code] = info;

/** What is known of a status; an unknown one may have been executed. */
export function errorInfo(status: number): ErrorInfo {
  return (
    byCode[status] ?? {
      name: `STATUS_${status}`,
      code: status,
      scope: status >= TRANSPORT_STATUS_FIRST ? 'transport' : 'result',
      executed: 'unknown',
      message: 'A status this client does not know; the server is newer. Update the client.',
    }
  );
}
