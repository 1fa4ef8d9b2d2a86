/** Commands that concern the server as a whole: flush_all, stats, verbosity, version and the like. */

import { expiryOfSeconds } from '../expiry-seconds.js';
import { Outcome } from '../memcached-items.js';
import { PROTOCOL_VERSION } from '../memcached-limits.js';
import { reportStatistics } from '../statistics-report.js';
import { type Answer, line as answerLine, answerOf, TextAnswer } from './text-answers.js';
import type { TextSession } from './text-session.js';

const VERSION = answerLine(`VERSION ${PROTOCOL_VERSION}`);
/** A lower limit is refused for being none. */
const MEGABYTES_MIN = 8;
const LIMIT_TOO_SMALL = answerLine('MEMLIMIT_TOO_SMALL cannot set maxbytes to less than 8m');

/** `flush_all [<exptime>] [noreply]` */
export function flushAll(session: TextSession): Answer {
  const { line, door } = session;
  if (line.count > 3) return TextAnswer.ERROR;
  session.isQuiet = line.isQuiet;
  let delayMs = 0;
  if (line.count !== (session.isQuiet ? 2 : 1)) {
    const exptime = line.int32(1);
    if (Number.isNaN(exptime)) return TextAnswer.BAD_EXPTIME;
    if (exptime > 0) delayMs = expiryOfSeconds(exptime, door.engine.nowMs) - door.engine.nowMs;
  }
  session.begin();
  const outcome = door.flush(delayMs);
  session.end();
  return outcome === Outcome.DONE ? TextAnswer.OK : answerOf(outcome);
}

/** `stats [<group>]` */
export function statistics(session: TextSession): Answer {
  const { line, door, out } = session;
  const group = line.count === 1 ? '' : line.text(1);
  if (group === 'reset') {
    door.statistics.reset();
    return TextAnswer.RESET;
  }
  // They speak of the whole database.
  if (door.engine.keyPrefix.length !== 0) return TextAnswer.ACCESS_DENIED;
  const isKnown = reportStatistics(door, group, (name, value) => {
    out.utf8(`STAT ${name} ${value}\r\n`);
  });
  return isKnown ? TextAnswer.END : TextAnswer.ERROR;
}

/** Taken and of no effect: what the server logs is a setting of its own. */
export function verbosity(session: TextSession): Answer {
  const { line } = session;
  if (line.count !== 2 && line.count !== 3) return TextAnswer.ERROR;
  session.isQuiet = line.isQuiet;
  return Number.isNaN(line.uint32(1)) ? TextAnswer.BAD_FORMAT : TextAnswer.OK;
}

export function version(): Answer {
  return VERSION;
}

export function quit(session: TextSession): Answer {
  session.connection.close();
  return undefined;
}

/** As memcached unless it was told otherwise at its start: a client does not stop the server. */
export function shutdown(): Answer {
  return TextAnswer.SHUTDOWN_DISABLED;
}

/** The memory limit is a setting, which no client changes. */
export function memoryLimit(session: TextSession): Answer {
  const { line } = session;
  if (line.count !== 2 && line.count !== 3) return TextAnswer.ERROR;
  session.isQuiet = line.isQuiet;
  const megabytes = line.uint32(1);
  if (Number.isNaN(megabytes)) return TextAnswer.ERROR;
  return megabytes < MEGABYTES_MIN ? LIMIT_TOO_SMALL : TextAnswer.MEMORY_LIMIT_FIXED;
}
