/** The errors of calls, worded in one place: what was asked, for which key, what went wrong, what helps. */

import { errorInfo, type Status } from '@anoadb/protocol';
import type { Call, Command } from './call.js';
import {
  AnoaConnectionError,
  AnoaError,
  AnoaOutcomeUnknownError,
  AnoaOverloadError,
  AnoaResponseError,
  AnoaTimeoutError,
  type Executed,
} from './errors.js';
import { type Key, printableKey } from './key.js';

/** Why a call ends without an answer. */
export interface Unanswered {
  readonly why: 'deadline' | 'aborted' | 'closed' | 'outcome-unknown';
  /** The signal's reason, the obstacle to connecting, or the error the client was closed with. */
  readonly reason: unknown;
}

interface Subject {
  readonly command: Pick<Command, 'name' | 'mutates'>;
  readonly key: Key | undefined;
}

/** `SET "user:1"`, or `COUNT` where there is no key. */
function asked({ command, key }: { command: { name: string }; key: Key | undefined }): string {
  return key === undefined ? command.name : `${command.name} ${printableKey(key)}`;
}

/** What a call is rejected with that ends without an answer; `wasSent` where the server may have seen it. */
export function abandoned(call: Call, wasSent: boolean, cause: Unanswered, peer: string): unknown {
  const isUnknown = wasSent && call.command.mutates && !call.wasExecuted;
  if (isUnknown) return outcomeUnknown(call, cause, peer);
  if (cause.why === 'aborted' || cause.why === 'closed') return cause.reason;
  const executed: Executed = call.wasExecuted ? 'yes' : wasSent ? 'unknown' : 'no';
  const details = { executed, command: call.command.name, key: call.key };
  return new AnoaTimeoutError(
    `${asked(call)} had no answer from ${peer} within ${call.timeoutMs} ms${notSentNote(wasSent, cause.reason)}.`,
    { code: 'TIMEOUT', ...details, cause: cause.reason },
  );
}

function outcomeUnknown(call: Call, cause: Unanswered, peer: string): AnoaError {
  const details = { executed: 'unknown', command: call.command.name, key: call.key } as const;
  const why = {
    deadline: `no answer from ${peer} within ${call.timeoutMs} ms`,
    aborted: 'the call was aborted before its answer came',
    closed: 'the client was closed before its answer came',
    'outcome-unknown': `${peer} restarted or was out of reach before its answer came`,
  }[cause.why];
  const isDeadline = cause.why === 'deadline';
  return new AnoaOutcomeUnknownError(
    `${asked(call)} was sent and may or may not have taken effect: ${why}. Read the key before writing again, or write with ifVersion.`,
    {
      code: 'OUTCOME_UNKNOWN',
      ...details,
      cause: isDeadline ? new AnoaTimeoutError(why, { code: 'TIMEOUT', ...details }) : cause.reason,
    },
  );
}

function notSentNote(wasSent: boolean, obstacle: unknown): string {
  const why = obstacle instanceof Error ? obstacle.message : String(obstacle);
  if (wasSent && obstacle !== undefined) return `; it was sent before, and now ${why}`;
  if (wasSent) return '; it was sent. Is the server overloaded, or the timeout too short';
  if (obstacle === undefined) return '; it still waited for being sent, behind other calls';
  return `; it was never sent: ${why}`;
}

export function overloaded(name: string, key: Key | undefined, what: string): AnoaOverloadError {
  return new AnoaOverloadError(
    `${asked({ command: { name }, key })} was not sent: ${what} allows no more. Await calls before making more, or raise it in connect().`,
    { code: 'OVERLOADED', command: name, key },
  );
}

export function madeWithinAnother(name: string, key: Key | undefined): AnoaError {
  return new AnoaError(
    `${asked({ command: { name }, key })} was not sent: it was made by a toJSON or getter while the value of another call was read. Make it before or after that call.`,
    { code: 'INVALID_ARGUMENT', command: name, key },
  );
}

/** The server's refusal, with the spec's own words. */
export function refusedRequest(status: number, subject: Subject, note?: string): AnoaError {
  const info = errorInfo(status as Status);
  const details = {
    code: info.name,
    executed: info.executed,
    command: subject.command.name,
    key: subject.key,
  };
  const message = `${asked(subject)}: ${info.message}${note === undefined ? '' : ` (${note})`}`;
  if (info.executed === 'unknown' && subject.command.mutates) {
    return new AnoaOutcomeUnknownError(message, {
      ...details,
      code: 'OUTCOME_UNKNOWN',
      cause: new AnoaResponseError(message, details),
    });
  }
  return new AnoaResponseError(message, details);
}

export function protocolError(subject: Subject, peer: string, reason?: unknown): AnoaError {
  const details = { command: subject.command.name, key: subject.key };
  const message = `${asked(subject)}: the answer of ${peer} cannot be read; client and server are of incompatible versions`;
  const cause = new AnoaConnectionError(message, {
    code: 'PROTOCOL_ERROR',
    executed: 'unknown',
    ...details,
    cause: reason,
  });
  if (!subject.command.mutates) return cause;
  return new AnoaOutcomeUnknownError(`${message}, so its effect is unknown.`, {
    code: 'OUTCOME_UNKNOWN',
    executed: 'unknown',
    ...details,
    cause,
  });
}
