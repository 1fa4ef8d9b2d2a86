import { Limits, Opcode, ScanFlag, Status, valueTypeNames } from '@anoadb/protocol';
import { type HttpCall, type HttpTools, queryBytes, queryText } from '../http-call.js';
import { type HttpAnswer, jsonAnswer } from '../http-exchange.js';
import { writeKeyPage } from '../key-page.js';
import { problem, statusProblem } from '../problem.js';

const LIMIT_DEFAULT = 1000;
const LIMIT_MAX = 10_000;
/** A page is meant to be small, whatever its keys are. */
const PAGE_BYTES_MAX = 256 * 1024;

export function listKeys(tools: HttpTools, call: HttpCall): HttpAnswer {
  const { engine, result, writer } = tools;
  const prefix = queryBytes(call, 'prefix') ?? new Uint8Array(0);
  const match = queryBytes(call, 'match');
  const limit = wholeNumber(queryText(call, 'limit'), LIMIT_DEFAULT);
  const cursor = wholeNumber(queryText(call, 'cursor'), 0);
  const typeName = queryText(call, 'type');
  if (prefix.length > Limits.keyBytesMax) return statusProblem(Status.KEY_TOO_LARGE);
  if (limit === undefined || limit < 1 || limit > LIMIT_MAX)
    return problem(400, `limit is a whole number from 1 to ${LIMIT_MAX}.`);
  if (cursor === undefined) return problem(400, 'cursor is what the last page returned.');
  if (match !== undefined && (match.length === 0 || match.length > Limits.patternBytesMax))
    return problem(400, `match is a pattern of 1 to ${Limits.patternBytesMax} bytes.`);
  const type = typeName === undefined ? 0 : valueTypeNames.indexOf(typeName);
  if (typeName !== undefined && type < 1)
    return problem(400, `type is one of ${valueTypeNames.slice(1).join(', ')}.`);

  const op = tools.opOf(Opcode.SCAN, prefix);
  op.cursor = cursor;
  op.count = limit;
  if (type > 0) {
    op.flags |= ScanFlag.TYPE;
    op.type = type;
  }
  if (match !== undefined) {
    op.flags |= ScanFlag.PATTERN;
    writer.copy(prefix);
    writer.copy(match);
    op.bytes = writer.bytes;
    op.valueStart = prefix.length;
    op.valueEnd = writer.at;
  }
  return tools.inRequest(() => {
    engine.listingBytesMax = PAGE_BYTES_MAX;
    engine.execute(op, result);
    if (result.status !== Status.OK) return statusProblem(result.status);
    writer.reset();
    writeKeyPage(writer, result, false);
    return jsonAnswer(200, writer.written().slice());
  });
}

/** Undefined: the text is no whole number that can be kept exactly. */
function wholeNumber(text: string | undefined, fallback: number): number | undefined {
  if (text === undefined) return fallback;
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) ? value : undefined;
}
