/**
 * The door of the datagram protocol: ops in, results out, between the server endpoint and the engine.
 *
 * A request is refused whole, before anything of it is executed, where its boundaries are broken, where it has no
 * op or more than 255, or where an op that must be alone is not. Everything else is answered op by op.
 *
 * Invariant: as many results as ops, in their order, and never more bytes than `maxReplyBytes`.
 */

import {
  ByteReader,
  ByteWriter,
  decodeOp,
  encodeValue,
  isAloneOpcode,
  isRereadOpcode,
  isWriteOpcode,
  Limits,
  OP_HEADER_BYTES,
  Op,
  OpHeaderAt,
  RESULT_HEADER_BYTES,
  Result,
  readResult,
  resultBytes,
  Status,
  ValueType,
  writeResult,
} from '@anoadb/protocol';
import {
  type HistoryTarget,
  type IncomingRequest,
  PENDING,
  type RequestHandler,
  RequestKind,
} from '@anoadb/transport';
import { type Engine, NO_PREFIX } from '../../engine/engine.js';

const VERSION_BYTES = 8;
/**
 * Kept free for each op still to come, so that the result of a write always fits: a returned old value
 * with its header and version.
 */
const RESERVED_RESULT_BYTES = RESULT_HEADER_BYTES + VERSION_BYTES + Limits.returnedValueBytesMax;
/** Room a listing is held to, if the reply has it: a page is meant to be small. */
const LISTING_BYTES_MAX = 64 * 1024;

/** Fewer entries than these are in the caches anyway. */
const LOOK_AHEAD_ENTRIES_MIN = 16_384;

/** Answers a request that was PENDING; the server endpoint's `complete`. */
export type CompleteRequest = (ticket: number, status: number, results: Uint8Array) => void;

export class DatagramDoor implements RequestHandler {
  readonly #engine: Engine;
  readonly #complete: CompleteRequest;
  readonly #reader = new ByteReader();
  readonly #op = new Op();
  readonly #result = new Result();
  /** What the last walk over op headers found, and the bytes it was about until they are executed. */
  #walked: Uint8Array | undefined;
  #walkedStart = 0;
  #walkedEnd = 0;
  readonly #keyStarts = new Int32Array(Limits.opsPerRequestMax);
  readonly #keyEnds = new Int32Array(Limits.opsPerRequestMax);
  #opCount = 0;
  #hasWrite = false;
  #hasAlone = false;

  readonly history: HistoryTarget | undefined;

  /** @param history keeps what clients must find again after a restart. */
  constructor(engine: Engine, complete: CompleteRequest, history?: HistoryTarget) {
    this.#engine = engine;
    this.#complete = complete;
    this.history = history;
  }

  expect(bytes: Uint8Array, starts: Int32Array, ends: Int32Array, count: number): void {
    if (this.#engine.store.count < LOOK_AHEAD_ENTRIES_MIN) return;
    this.#walked = undefined;
    let keys = 0;
    for (let i = 0; i < count; i++) {
      const start = starts[i];
      // A request of several ops looks ahead by itself.
      if (ends[i] - start < OP_HEADER_BYTES || endOfOp(bytes, start) !== ends[i]) continue;
      const keyAt = start + OP_HEADER_BYTES;
      const keyBytes = bytes[start + OpHeaderAt.keyLen] | (bytes[start + OpHeaderAt.keyLen + 1] << 8);
      if (keyBytes > Limits.keyBytesMax) continue;
      this.#keyStarts[keys] = keyAt;
      this.#keyEnds[keys++] = keyAt + keyBytes;
    }
    if (keys > 1) this.#engine.lookAhead(bytes, this.#keyStarts, this.#keyEnds, keys);
  }

  classify(bytes: Uint8Array, start: number, end: number): RequestKind {
    if (!this.#walk(bytes, start, end)) return RequestKind.MALFORMED;
    this.#walked = bytes;
    this.#walkedStart = start;
    this.#walkedEnd = end;
    return this.#hasWrite ? RequestKind.WRITE : RequestKind.READ;
  }

  execute(request: IncomingRequest, reply: ByteWriter): number {
    const { bytes, start, end } = request;
    const isWalked = this.#walked === bytes && this.#walkedStart === start && this.#walkedEnd === end;
    this.#walked = undefined;
    if (!isWalked && !this.#walk(bytes, start, end)) return Status.MALFORMED;
    if (this.#hasAlone && request.isAtomic) return Status.MALFORMED;
    const engine = this.#engine;
    if (this.#hasWrite && engine.isBusy) return Status.BUSY;
    engine.startRequest();
    engine.permissions = request.permissions;
    engine.keyPrefix = request.grant?.prefix ?? NO_PREFIX;
    if (this.#opCount > 1) engine.lookAhead(bytes, this.#keyStarts, this.#keyEnds, this.#opCount);
    const isPending = !request.isAtomic && this.#executeEach(request, reply);
    if (request.isAtomic) this.#executeAtomic(request, reply);
    request.releasePosition = engine.releasePosition;
    request.hasEffects = engine.hasEffects;
    return isPending ? PENDING : Status.OK;
  }

  summarize(ops: Uint8Array, results: Uint8Array): Uint8Array {
    const summary = new ByteWriter(Limits.storedReplyBytesMax);
    const result = new Result();
    const resultReader = new ByteReader().reset(results, 0, results.length);
    for (let at = 0; at < ops.length; at = endOfOp(ops, at)) {
      if (!readResult(resultReader, result)) throw new Error('a reply of ours cannot be read');
      const isLeftOut = isRereadOpcode(ops[at]) && result.status === Status.OK;
      writeResult(summary, isLeftOut ? result.reset(Status.READ_NOT_REPLAYED) : result);
    }
    return summary.written();
  }

  /** Executes op by op; true where the only op is answered later. */
  #executeEach(request: IncomingRequest, reply: ByteWriter): boolean {
    const reader = this.#reader.reset(request.bytes, request.start, request.end);
    const replyEnd = reply.at + request.maxReplyBytes;
    let isPending = false;
    const opCount = this.#opCount;
    for (let index = 0; index < opCount; index++) {
      const status = this.#executeOp(reader, index, roomFor(reply.at, replyEnd, opCount - 1 - index));
      if (status === PENDING) {
        this.#answerLater(request.ticket);
        isPending = true;
      } else {
        writeResult(reply, this.#result);
      }
    }
    this.#engine.commit();
    return isPending;
  }

  #executeAtomic(request: IncomingRequest, reply: ByteWriter): void {
    const engine = this.#engine;
    const reader = this.#reader.reset(request.bytes, request.start, request.end);
    const replyStart = reply.at;
    const replyEnd = reply.at + request.maxReplyBytes;
    const opCount = this.#opCount;
    engine.begin();
    for (let index = 0; index < opCount; index++) {
      const status = this.#executeOp(reader, index, roomFor(reply.at, replyEnd, opCount - 1 - index));
      if (isFailure(status)) {
        // The failed op keeps its answer, all others say that they were not applied.
        reply.at = replyStart;
        writeAborted(reply, index);
        writeResult(reply, this.#result);
        writeAborted(reply, opCount - 1 - index);
        engine.rollback();
        return;
      }
      writeResult(reply, this.#result);
    }
    engine.commit();
  }

  /** Reads op `index` and executes it into `#result`, which then takes at most `roomBytes`. Returns its status. */
  #executeOp(reader: ByteReader, index: number, roomBytes: number): number {
    const engine = this.#engine;
    const op = this.#op;
    const result = this.#result;
    const refusal = decodeOp(reader, op);
    if (refusal !== Status.OK) {
      result.reset(engine.isDenied(op) ? Status.DENIED : refusal);
      engine.countRefused(op.opcode);
      return result.status;
    }
    engine.listingBytesMax = Math.min(LISTING_BYTES_MAX, roomBytes - RESULT_HEADER_BYTES);
    if (this.#opCount > 1) engine.executeAhead(index, op, result);
    else engine.execute(op, result);
    if (resultBytes(result) > roomBytes) {
      // A write has happened, so it must not be told "not executed": the client reads the value again.
      result.reset(isWriteOpcode(op.opcode) ? Status.READ_NOT_REPLAYED : Status.REPLY_TOO_LARGE);
    }
    return result.status;
  }

  #answerLater(ticket: number): void {
    const deferred = this.#engine.takeDeferred();
    void deferred.then(({ status, value }) => {
      const valueBytes = new ByteWriter(256);
      const result = new Result().reset(status);
      if (value !== undefined) {
        result.type = encodeValue(valueBytes, value);
        result.bytes = valueBytes.bytes;
        result.end = valueBytes.at;
      }
      const results = new ByteWriter(256);
      writeResult(results, result);
      this.#complete(ticket, Status.OK, results.written());
    });
  }

  /** One pass over the op headers; false where the request is malformed as a whole. */
  #walk(bytes: Uint8Array, start: number, end: number): boolean {
    let opCount = 0;
    let hasWrite = false;
    let hasAlone = false;
    for (let at = start; at < end; at = endOfOp(bytes, at)) {
      if (end - at < OP_HEADER_BYTES) return false;
      if (endOfOp(bytes, at) > end || opCount === Limits.opsPerRequestMax) return false;
      const opcode = bytes[at];
      const keyAt = at + OP_HEADER_BYTES;
      const keyBytes = bytes[at + OpHeaderAt.keyLen] | (bytes[at + OpHeaderAt.keyLen + 1] << 8);
      this.#keyStarts[opCount] = keyAt;
      // One that is too long will be refused: not worth a look.
      this.#keyEnds[opCount] = keyBytes <= Limits.keyBytesMax ? keyAt + keyBytes : keyAt;
      if (isWriteOpcode(opcode)) hasWrite = true;
      if (isAloneOpcode(opcode)) hasAlone = true;
      opCount++;
    }
    this.#opCount = opCount;
    this.#hasWrite = hasWrite;
    this.#hasAlone = hasAlone;
    return opCount >= 1 && (!hasAlone || opCount === 1);
  }
}

/** Header, key, arguments. The top byte of argLen is multiplied: a shift would make it negative. */
function endOfOp(bytes: Uint8Array, at: number): number {
  const keyAt = at + OpHeaderAt.keyLen;
  const argumentsAt = at + OpHeaderAt.argLen;
  const keyBytes = bytes[keyAt] | (bytes[keyAt + 1] << 8);
  const argumentBytes =
    (bytes[argumentsAt] | (bytes[argumentsAt + 1] << 8) | (bytes[argumentsAt + 2] << 16)) +
    bytes[argumentsAt + 3] * 2 ** 24;
  return at + OP_HEADER_BYTES + keyBytes + argumentBytes;
}

/** What the next result may take, with room for those of the ops after it. */
function roomFor(at: number, replyEnd: number, opsLeft: number): number {
  return replyEnd - at - opsLeft * RESERVED_RESULT_BYTES;
}

function isFailure(status: number): boolean {
  return status !== Status.OK && status !== Status.NOT_FOUND && status !== Status.READ_NOT_REPLAYED;
}

function writeAborted(reply: ByteWriter, count: number): void {
  for (let i = 0; i < count; i++) {
    reply.u8(Status.ABORTED);
    reply.u8(ValueType.NONE);
    reply.u32(0);
  }
}
