/** POST /v1/batch: ops as a datagram has them, in JSON. */

import {
  ByteReader,
  ByteWriter,
  decodeOp,
  encodeValue,
  errorInfo,
  isWriteOpcode,
  Limits,
  Opcode,
  Result,
  ScanFlag,
  Status,
  ValueType,
  valueTypeNames,
  writeJsonText,
} from '@anoadb/protocol';
import { type DeferredResult, PENDING } from '../../../engine/deferred-result.js';
import { BatchError } from '../batch/batch-error.js';
import { type BatchRequest, readBatch } from '../batch/batch-request.js';
import type { HttpCall, HttpTools } from '../http-call.js';
import { type HttpAnswer, headerOf, jsonAnswer } from '../http-exchange.js';
import { HttpLimits } from '../http-limits.js';
import { writeKeyPage } from '../key-page.js';
import { MediaType, mediaOfBody } from '../media-type.js';
import { problem, statusProblemWithResults } from '../problem.js';

const LISTING_BYTES_MAX = 64 * 1024;
const reader = new ByteReader();

export function batch(tools: HttpTools, call: HttpCall): HttpAnswer | Promise<HttpAnswer> {
  if (mediaOfBody(headerOf(call.head, 'content-type') ?? MediaType.BYTES) !== MediaType.JSON)
    return problem(415, 'A batch is sent as application/json.', { accept: MediaType.JSON });
  let request: BatchRequest;
  try {
    request = readBatch(call.body);
  } catch (error) {
    if (error instanceof BatchError) return problem(400, error.message);
    throw error;
  }
  reader.reset(request.ops, 0, request.ops.length);
  return request.isAtomic ? executeAtomic(tools, request) : executeEach(tools, request);
}

function executeEach(tools: HttpTools, request: BatchRequest): HttpAnswer | Promise<HttpAnswer> {
  const results = new ResultList(tools.writer, request.commands.length);
  const isPending = tools.inRequest(() => {
    for (const { opcode } of request.commands) {
      const status = executeNext(tools);
      // Only an op that is alone is answered later.
      if (status === PENDING) return true;
      results.add(opcode, tools.op.flags, tools.result);
    }
    return false;
  });
  if (isPending) return tools.engine.takeDeferred().then(deferredAnswer);
  return jsonAnswer(200, objectOf(results.end()));
}

function executeAtomic(tools: HttpTools, request: BatchRequest): HttpAnswer {
  const results = new ResultList(tools.writer, request.commands.length);
  let failed = -1;
  tools.inAtomicRequest(() => {
    for (const [index, { opcode }] of request.commands.entries()) {
      const status = executeNext(tools);
      results.add(opcode, tools.op.flags, tools.result);
      if (status === Status.OK || status === Status.NOT_FOUND) continue;
      failed = index;
      return false;
    }
    return true;
  });
  if (failed < 0) return jsonAnswer(200, objectOf(results.end()));
  return statusProblemWithResults(
    tools.result.status,
    resultsWithOneFailure(request.commands.length, failed, tools.result),
  );
}

/** The answer of the only op of its batch. */
function deferredAnswer({ status, value }: DeferredResult): HttpAnswer {
  const valueBytes = new ByteWriter();
  const result = new Result().reset(status);
  if (value !== undefined) {
    result.type = encodeValue(valueBytes, value);
    result.bytes = valueBytes.bytes;
    result.end = valueBytes.at;
  }
  const results = new ResultList(new ByteWriter(), 1);
  results.add(Opcode.SNAPSHOT, 0, result);
  return jsonAnswer(200, objectOf(results.end()));
}

function executeNext({ engine, op, result }: HttpTools): number {
  decodeOp(reader, op);
  engine.listingBytesMax = LISTING_BYTES_MAX;
  engine.execute(op, result);
  return result.status;
}

/** Results as JSON, in one array. */
class ResultList {
  readonly #writer: ByteWriter;
  #bytesLeft: number = HttpLimits.batchAnswerBytesMax;
  #left: number;

  constructor(writer: ByteWriter, count: number) {
    this.#writer = writer;
    this.#left = count;
    writer.utf8('[');
  }

  /** A value beyond what an answer carries is left out: it can be read alone. */
  add(opcode: number, flags: number, result: Result): void {
    const writer = this.#writer;
    const valueBytes = result.end - result.start;
    this.#left--;
    if (valueBytes > this.#bytesLeft - this.#left * Limits.returnedValueBytesMax)
      result.reset(isWriteOpcode(opcode) ? Status.READ_NOT_REPLAYED : Status.REPLY_TOO_LARGE);
    this.#bytesLeft -= result.end - result.start;
    writer.utf8(`{"status":"${errorInfo(result.status).name}"`);
    if (opcode === Opcode.SCAN && result.status === Status.OK) {
      writer.utf8(',"value":');
      writeKeyPage(writer, result, (flags & ScanFlag.WITH_TYPES) !== 0);
    } else if (result.type !== ValueType.NONE) {
      writer.utf8(`,"type":"${valueTypeNames[result.type]}","value":`);
      writeJsonText(writer, result.type, result.bytes, result.start, result.end);
    }
    if (result.hasVersion) writer.utf8(`,"version":${result.version}`);
    writer.utf8(this.#left > 0 ? '},' : '}');
  }

  end(): Uint8Array {
    this.#writer.utf8(']');
    return this.#writer.written();
  }
}

function objectOf(results: Uint8Array): Uint8Array {
  const head = '{"results":';
  const body = new Uint8Array(head.length + results.length + 1);
  for (let i = 0; i < head.length; i++) body[i] = head.charCodeAt(i);
  body.set(results, head.length);
  body[body.length - 1] = 0x7d;
  return body;
}

/** The one that failed says how, all others that they were not applied. */
function resultsWithOneFailure(count: number, failed: number, result: Result): Uint8Array {
  const aborted = { status: errorInfo(Status.ABORTED).name };
  const own = {
    status: errorInfo(result.status).name,
    ...(result.hasVersion ? { version: result.version } : {}),
  };
  const items = Array.from({ length: count }, (_, index) => (index === failed ? own : aborted));
  return new TextEncoder().encode(JSON.stringify(items));
}
