/** When two replies count as the same: byte for byte, but for what depends on time, on order or on the server. */

import { type Command, commandName } from './command.js';
import type { Reply } from './reply.js';

export type ReplyRule = (ours: Reply, real: Reply) => boolean;

const exact: ReplyRule = (ours, real) => ours.raw === real.raw;

/** Arrays and sets whose order is the server's own. */
const unordered: ReplyRule = (ours, real) =>
  ours.type === real.type && sortedRaw(ours.members) === sortedRaw(real.members) && ours.text === real.text;

/** Numbers that a clock made. */
function near(tolerance: number): ReplyRule {
  return (ours, real) => {
    if (ours.raw === real.raw) return true;
    if (ours.type !== ':' || real.type !== ':') return false;
    const [a, b] = [Number(ours.text), Number(real.text)];
    return a > 0 && b > 0 && Math.abs(a - b) <= tolerance;
  };
}

/** The server's own matter, but of one kind; errors are the same in every byte. */
const sameKind: ReplyRule = (ours, real) =>
  ours.type === real.type &&
  (ours.type === '-' ? ours.raw === real.raw : (ours.text === null) === (real.text === null));

const SECONDS = 2;
const MILLISECONDS = 2000;

/** By command, or command and subcommand; every other is exact. */
const rules: Readonly<Record<string, ReplyRule>> = {
  keys: unordered,
  // In EXEC: elsewhere whole iterations are compared.
  scan: sameKind,
  ttl: near(SECONDS),
  pttl: near(MILLISECONDS),
  expiretime: near(SECONDS),
  pexpiretime: near(MILLISECONDS),
  randomkey: sameKind,
  'object idletime': sameKind,
  'memory usage': sameKind,
  'client id': sameKind,
  'client info': sameKind,
  'client list': sameKind,
  info: sameKind,
  time: sameKind,
  lastsave: sameKind,
  hello: sameKind,
};

/** Compares the replies of one connection in their order; knows transactions, whose replies come at EXEC. */
export class ReplyComparison {
  #queued: Command[] | undefined;

  /** Commands are queued, not run. */
  get isInTransaction(): boolean {
    return this.#queued !== undefined;
  }

  isSame(command: Command, ours: Reply, real: Reply): boolean {
    const name = commandName(command);
    if (name === 'exec' && this.#queued !== undefined) return this.#isSameExec(ours, real);
    const isSame = (this.#queued === undefined ? ruleOf(command) : exact)(ours, real);
    if (real.raw === '+QUEUED\r\n') this.#queued?.push(command);
    else if (name === 'multi' && real.raw === '+OK\r\n') this.#queued = [];
    else if ((name === 'discard' || name === 'reset') && real.type !== '-') this.#queued = undefined;
    return isSame;
  }

  #isSameExec(ours: Reply, real: Reply): boolean {
    // A wrong number of arguments leaves the transaction as it is.
    if (real.type === '-' && real.text?.includes('wrong number') && !real.text.startsWith('EXECABORT'))
      return exact(ours, real);
    const queued = this.#queued!;
    this.#queued = undefined;
    if (ours.type !== real.type || ours.members.length !== real.members.length) return false;
    if (real.members.length === 0) return exact(ours, real);
    return real.members.every((member, i) => ruleOf(queued[i])(ours.members[i], member));
  }
}

function ruleOf(command: Command): ReplyRule {
  const name = commandName(command);
  return rules[name] ?? rules[`${name} ${command[1]?.toLowerCase()}`] ?? exact;
}

function sortedRaw(members: readonly Reply[]): string {
  return members
    .map(({ raw }) => raw)
    .sort()
    .join('');
}
