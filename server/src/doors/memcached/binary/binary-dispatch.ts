/** From an opcode to its command, once lengths have been found to be what the command wants. */

import { BinaryCommand } from '../generated/binary-opcodes.js';
import { StoreMode } from '../memcached-items.js';
import { PROTOCOL_VERSION } from '../memcached-limits.js';
import type { AfterRequest } from '../request-progress.js';
import { authenticateBinary, listMechanisms } from './binary-authentication.js';
import { type BinaryHeader, BinaryStatus } from './binary-header.js';
import {
  countBinary,
  deleteBinary,
  flushBinary,
  getBinary,
  statBinary,
  touchBinary,
} from './binary-item-commands.js';
import type { BinarySession } from './binary-session.js';
import { storeBinary } from './binary-storage.js';

const SET_EXTRAS_BYTES = 8;
const COUNT_EXTRAS_BYTES = 20;
const TIME_EXTRAS_BYTES = 4;

export function executeBinary(session: BinarySession, command: number, end: number): AfterRequest {
  const { header, connection } = session;
  const next = header.end;
  switch (command) {
    case BinaryCommand.GET:
    case BinaryCommand.GETK:
      if (!hasShape(header, 0, true)) break;
      if (!isRefused(session)) getBinary(session, command === BinaryCommand.GETK);
      return next;
    case BinaryCommand.SET:
      return storeWith(session, end, StoreMode.SET, SET_EXTRAS_BYTES);
    case BinaryCommand.ADD:
      return storeWith(session, end, StoreMode.ADD, SET_EXTRAS_BYTES);
    case BinaryCommand.REPLACE:
      return storeWith(session, end, StoreMode.REPLACE, SET_EXTRAS_BYTES);
    case BinaryCommand.APPEND:
      return storeWith(session, end, StoreMode.APPEND, 0);
    case BinaryCommand.PREPEND:
      return storeWith(session, end, StoreMode.PREPEND, 0);
    case BinaryCommand.DELETE:
      if (!hasShape(header, 0, true)) break;
      if (!isRefused(session)) deleteBinary(session);
      return next;
    case BinaryCommand.INCREMENT:
    case BinaryCommand.DECREMENT:
      if (!hasShape(header, COUNT_EXTRAS_BYTES, true)) break;
      if (!isRefused(session)) countBinary(session, command === BinaryCommand.INCREMENT);
      return next;
    case BinaryCommand.TOUCH:
    case BinaryCommand.GAT:
    case BinaryCommand.GATK:
      if (!hasShape(header, TIME_EXTRAS_BYTES, true)) break;
      if (!isRefused(session)) touchBinary(session, command);
      return next;
    case BinaryCommand.FLUSH:
      if (!hasShape(header, header.extrasBytes === 0 ? 0 : TIME_EXTRAS_BYTES, false)) break;
      if (!isRefused(session)) flushBinary(session);
      return next;
    case BinaryCommand.NOOP:
      if (!hasShape(header, 0, false)) break;
      session.answerDone(0);
      return next;
    case BinaryCommand.VERSION:
      if (!hasShape(header, 0, false)) break;
      session.answerText(BinaryStatus.OK, PROTOCOL_VERSION);
      return next;
    case BinaryCommand.QUIT:
      if (!hasShape(header, 0, false)) break;
      session.answerDone(0);
      connection.close();
      return next;
    case BinaryCommand.STAT:
      if (header.extrasBytes !== 0 || header.valueBytes !== 0) break;
      statBinary(session);
      return next;
    case BinaryCommand.SASL_LIST:
      if (!hasShape(header, 0, false)) break;
      listMechanisms(session);
      return next;
    case BinaryCommand.SASL_AUTH:
    case BinaryCommand.SASL_STEP:
      if (header.extrasBytes !== 0 || header.keyBytes === 0) break;
      return authenticateBinary(session, command, end);
    default:
      return unknownCommand(session);
  }
  return session.fail(BinaryStatus.INVALID);
}

/** Answered, and its body skipped. */
export function unknownCommand(session: BinarySession): AfterRequest {
  const { header } = session;
  session.answerError(BinaryStatus.UNKNOWN_COMMAND);
  session.swallow(header.valueBytes);
  return header.keyEnd;
}

/** The database is being loaded: said to the client. */
export function isRefused(session: BinarySession): boolean {
  const percent = session.door.services.loadingPercent();
  if (percent === undefined) return false;
  session.answerText(BinaryStatus.TEMPORARY, `loading: ${Math.floor(percent)} %`);
  return true;
}

function storeWith(session: BinarySession, end: number, mode: StoreMode, extrasBytes: number): AfterRequest {
  const { header } = session;
  if (header.extrasBytes !== extrasBytes || header.keyBytes === 0) return session.fail(BinaryStatus.INVALID);
  return storeBinary(session, end, mode);
}

/** Without a value. */
function hasShape(header: BinaryHeader, extrasBytes: number, hasKey: boolean): boolean {
  return header.extrasBytes === extrasBytes && (header.keyBytes !== 0) === hasKey && header.valueBytes === 0;
}
