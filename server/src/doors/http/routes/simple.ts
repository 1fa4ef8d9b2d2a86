/** `/put?key=value`, `/get/key` and `/delete/key`: for a person with curl. Values are untyped text. */

import { isValidUtf8, Limits, Opcode, Status, ValueType, writePlainText } from '@anoadb/protocol';
import type { HttpCall, HttpTools } from '../http-call.js';
import { type HttpAnswer, textAnswer } from '../http-exchange.js';
import { MediaType } from '../media-type.js';
import { problem, statusProblem } from '../problem.js';
import { contentTypeOf, readingFlags } from '../value-content.js';

export function simplePut(tools: HttpTools, call: HttpCall): HttpAnswer {
  if (call.query.length === 0)
    return problem(400, 'There is nothing to write: /put?key=value, percent-encoded.');
  if (call.query.length > Limits.opsPerRequestMax)
    return problem(400, `At most ${Limits.opsPerRequestMax} pairs are written at a time.`);
  for (const { name, value } of call.query) {
    if (value === undefined || name.length < Limits.keyBytesMin)
      return problem(400, 'Each pair of the query is a key, an equals sign and a value: /put?key=value.');
    if (name.length > Limits.keyBytesMax) return statusProblem(Status.KEY_TOO_LARGE);
  }
  let refused: number = Status.OK;
  tools.inAtomicRequest(() => {
    refused = setAll(tools, call);
    return refused === Status.OK;
  });
  return refused === Status.OK ? textAnswer(200, 'OK\n') : statusProblem(refused);
}

function setAll({ engine, op, result, writer }: HttpTools, call: HttpCall): number {
  for (const { name, value } of call.query) {
    writer.reset();
    writer.copy(name);
    writer.copy(value!);
    op.reset(Opcode.SET);
    op.bytes = writer.bytes;
    op.keyEnd = name.length;
    op.type = ValueType.TEXT;
    op.valueStart = name.length;
    op.valueEnd = writer.at;
    engine.execute(op, result);
    if (result.status !== Status.OK) return result.status;
  }
  return Status.OK;
}

export function simpleGet(tools: HttpTools, call: HttpCall): HttpAnswer {
  const { engine, result, writer } = tools;
  return tools.inRequest(() => {
    const op = tools.opOf(Opcode.GET, call.key);
    if (engine.isDenied(op)) return statusProblem(Status.DENIED);
    op.flags = readingFlags(engine, engine.findKey(call.key, 0, call.key.length));
    engine.execute(op, result);
    if (result.status !== Status.OK) return statusProblem(result.status);
    writePlainText(writer, result.type, result.bytes, result.start, result.end);
    const body = writer.written().slice();
    const media = isValidUtf8(body) ? MediaType.TEXT : MediaType.BYTES;
    return { ...textAnswer(200, '', { 'content-type': contentTypeOf(media, body) }), body };
  });
}

export function simpleDelete(tools: HttpTools, call: HttpCall): HttpAnswer {
  const { engine, result } = tools;
  return tools.inRequest(() => {
    engine.execute(tools.opOf(Opcode.DELETE, call.key), result);
    return result.status === Status.OK ? textAnswer(200, 'OK\n') : statusProblem(result.status);
  });
}
