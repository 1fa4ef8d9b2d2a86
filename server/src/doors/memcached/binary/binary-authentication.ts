/**
 * SASL, mechanism PLAIN: user name and password are name and secret of an access key. An open server has no users and
 * does not know these commands, as memcached without SASL does not.
 */

import { decodeUtf8 } from '@anoadb/protocol';
import { BinaryCommand } from '../generated/binary-opcodes.js';
import { type AfterRequest, INCOMPLETE } from '../request-progress.js';
import { unknownCommand } from './binary-dispatch.js';
import { BinaryStatus } from './binary-header.js';
import type { BinarySession } from './binary-session.js';

/** No name and secret are longer. */
const DATA_BYTES_MAX = 1024;
const MECHANISM = 'PLAIN';
const OPEN_USER = 'default';

export function listMechanisms(session: BinarySession): void {
  if (isSealed(session)) session.answerText(BinaryStatus.OK, MECHANISM);
  else session.answerError(BinaryStatus.UNKNOWN_COMMAND);
}

export function authenticateBinary(session: BinarySession, command: number, end: number): AfterRequest {
  const { header, door, connection } = session;
  if (!isSealed(session)) return unknownCommand(session);
  if (header.valueBytes > DATA_BYTES_MAX) return session.fail(BinaryStatus.INVALID);
  if (end < header.end) return INCOMPLETE;
  const { bytes } = header;
  // PLAIN is one message: there is no step to follow.
  const isPlain = command === BinaryCommand.SASL_AUTH && isMechanism(bytes, header.keyStart, header.keyEnd);
  // RFC 4616: authorization identity, zero, name, zero, password.
  const nameStart = bytes.indexOf(0, header.keyEnd) + 1;
  const nameEnd = nameStart === 0 ? -1 : bytes.indexOf(0, nameStart);
  const isWhole = nameEnd !== -1 && nameEnd < header.end;
  const name = isWhole ? decodeUtf8(bytes, nameStart, nameEnd) : undefined;
  const secret = isWhole ? decodeUtf8(bytes, nameEnd + 1, header.end) : undefined;
  door.statistics.authentications++;
  door.timer.isExecuted = true;
  if (isPlain && name !== undefined && secret !== undefined && connection.authenticate(name, secret))
    session.answerText(BinaryStatus.OK, 'Authenticated');
  else {
    door.statistics.authenticationErrors++;
    session.answerError(BinaryStatus.NOT_AUTHENTICATED);
  }
  return header.end;
}

/** On an open server everybody is the default user without being asked. */
function isSealed(session: BinarySession): boolean {
  const { connection } = session;
  return !connection.isAuthenticated || connection.userName !== OPEN_USER;
}

function isMechanism(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start !== MECHANISM.length) return false;
  for (let i = 0; i < MECHANISM.length; i++) if (bytes[start + i] !== MECHANISM.charCodeAt(i)) return false;
  return true;
}
