/** GET, PUT and DELETE of /v1/keys/{key}: one entry, its version as ETag. */

import { Opcode, SetFlag, Status, ValueType, valueTypeNames } from '@anoadb/protocol';
import { parseDurationMs } from '@anoadb/protocol/quantity';
import type { EntryRef } from '../../../store/index.js';
import { entityTag, judgeConditions } from '../entity-tag.js';
import { type HttpCall, type HttpTools, queryText } from '../http-call.js';
import { type HttpAnswer, headerOf } from '../http-exchange.js';
import { chooseMedia, type MediaType, mediaOfBody } from '../media-type.js';
import { problem, statusProblem } from '../problem.js';
import {
  contentTypeOf,
  mediaOfValue,
  readingFlags,
  writeContent,
  writeValueOfBody,
} from '../value-content.js';

const TTL_MS_MAX = 2 ** 48 - 1;
const NO_BODY = undefined;

export function getValue(tools: HttpTools, call: HttpCall): HttpAnswer {
  const { engine, result } = tools;
  return tools.inRequest(() => {
    const op = tools.opOf(Opcode.GET, call.key);
    if (engine.isDenied(op)) return statusProblem(Status.DENIED);
    const ref = engine.findKey(call.key, 0, call.key.length);
    const refusal = conditionRefusal(tools, call, ref);
    if (refusal !== undefined) return refusal;
    const storedType = ref === 0 ? ValueType.NONE : engine.store.typeOf(ref);
    const headers = ref === 0 ? {} : { ...validators(tools, ref), 'anoa-type': valueTypeNames[storedType] };
    op.flags = readingFlags(engine, ref);
    engine.execute(op, result);
    if (result.status !== Status.OK) return statusProblem(result.status);
    const media = chooseMedia(headerOf(call.head, 'accept'), mediaOfValue(result));
    if (media === undefined)
      return problem(
        406,
        'The value can be had as application/json, text/plain or application/octet-stream.',
        headers,
      );
    writeContent(tools.writer, media, result);
    const body = tools.writer.written().slice();
    return { status: 200, headers: { 'content-type': contentTypeOf(media, body), ...headers }, body };
  });
}

export function putValue(tools: HttpTools, call: HttpCall): HttpAnswer {
  const { engine, result, writer } = tools;
  const media = mediaOfBody(headerOf(call.head, 'content-type'));
  const refusal = bodyRefusal(call, media);
  if (refusal !== undefined) return refusal;
  const type = writeValueOfBody(writer, media!, call.body);
  if (type === undefined) {
    return problem(
      400,
      'The body is not one JSON value that can be kept (whole numbers must be within int64). Send text as text/plain.',
    );
  }
  const op = tools.opOf(Opcode.SET, call.key);
  const ttl = queryText(call, 'ttl');
  if (ttl === 'keep') op.flags = SetFlag.KEEP_TTL;
  else if (ttl !== undefined) {
    const ttlMs = parseDurationMs(ttl);
    if (ttlMs === undefined || ttlMs < 1 || ttlMs > TTL_MS_MAX)
      return problem(400, 'ttl is milliseconds from 1, or like 90s, 5m, 1h30m, 7d, or `keep`.');
    op.flags = SetFlag.TTL;
    op.ttlMs = ttlMs;
  }
  // One buffer for key and value, as an op has it.
  op.type = type;
  op.valueStart = 0;
  op.valueEnd = writer.at;
  op.keyStart = writer.at;
  writer.copy(call.key);
  op.keyEnd = writer.at;
  op.bytes = writer.bytes;
  return tools.inRequest(() => {
    if (engine.isDenied(op)) return statusProblem(Status.DENIED);
    const ref = engine.findKey(call.key, 0, call.key.length);
    const failed = conditionRefusal(tools, call, ref);
    if (failed !== undefined) return failed;
    engine.execute(op, result);
    if (result.status !== Status.OK) return statusProblem(result.status);
    const headers = { etag: entityTag(result.version), 'cache-control': 'no-store' };
    return { status: ref === 0 ? 201 : 204, headers, body: NO_BODY };
  });
}

export function deleteValue(tools: HttpTools, call: HttpCall): HttpAnswer {
  const { engine, result } = tools;
  return tools.inRequest(() => {
    const op = tools.opOf(Opcode.DELETE, call.key);
    if (engine.isDenied(op)) return statusProblem(Status.DENIED);
    const ref = engine.findKey(call.key, 0, call.key.length);
    const refusal = conditionRefusal(tools, call, ref);
    if (refusal !== undefined) return refusal;
    engine.execute(op, result);
    if (result.status !== Status.OK) return statusProblem(result.status);
    return { status: 204, headers: { 'cache-control': 'no-store' }, body: NO_BODY };
  });
}

/**
 * What If-Match and If-None-Match say, judged in the request that goes on to execute the op: nothing comes between.
 * All their forms are judged here, lists and weak tags too, of which an op's ifVersion is one case.
 */
function conditionRefusal(tools: HttpTools, call: HttpCall, ref: EntryRef): HttpAnswer | undefined {
  const version = ref === 0 ? 0 : tools.engine.store.versionOf(ref);
  const verdict = judgeConditions(call.head, version);
  if (verdict === 0) return undefined;
  if (verdict === undefined)
    return problem(400, 'If-Match and If-None-Match take `*` or versions in quotes, as ETag gives them.');
  const headers = ref === 0 ? {} : validators(tools, ref);
  if (verdict === 304) return { status: 304, headers, body: NO_BODY };
  const isAboutVersion = ref !== 0 && headerOf(call.head, 'if-match') !== undefined;
  return statusProblem(isAboutVersion ? Status.VERSION_MISMATCH : Status.CONDITION_FAILED, headers);
}

/** What is true of the entry whatever it is served as. A cache may keep it, and asks each time whether it still holds. */
function validators(tools: HttpTools, ref: EntryRef): Record<string, string> {
  const { engine } = tools;
  const expiryMs = engine.store.expiryOf(ref);
  return {
    etag: entityTag(engine.store.versionOf(ref)),
    'cache-control': 'no-cache',
    vary: 'Accept, Authorization',
    ...(expiryMs === 0 ? {} : { 'anoa-ttl-ms': String(Math.max(1, expiryMs - engine.nowMs)) }),
  };
}

function bodyRefusal(call: HttpCall, media: MediaType | undefined): HttpAnswer | undefined {
  if (media === undefined)
    return problem(
      415,
      'A value is sent as application/json, as text/plain in UTF-8, or as application/octet-stream.',
      { accept: 'application/json, text/plain, application/octet-stream' },
    );
  const encoding = headerOf(call.head, 'content-encoding');
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity')
    return problem(415, 'Bodies are taken as they are, without Content-Encoding.', {
      'accept-encoding': 'identity',
    });
  if (headerOf(call.head, 'content-range') !== undefined)
    return problem(400, 'A value is written whole: Content-Range makes no sense here.');
  return undefined;
}
