/**
 * Which ops an access key that is limited to a prefix of keys may send. Judged by opcode and key alone, before
 * anything else of the op is looked at, so that a refusal tells nothing of what is stored.
 *
 * Invariant: a command that this table does not know to stay inside the prefix is refused.
 */

import { type CommandInfo, commandTable, type Op, Opcode } from '@anoadb/protocol';

const Reach = {
  /** Touches no entry. */
  NOTHING: 0,
  /** The entry of the op's key. */
  KEY: 1,
  /** That, and the entry of the key in its arguments. */
  TWO_KEYS: 2,
  /** Keys that begin with the op's key. */
  LISTING: 3,
  /** The database as a whole. */
  ALL: 4,
} as const;

/** By opcode; an opcode without command is answered as unsupported, not as denied. */
const reachOf = new Uint8Array(256);
for (const command of commandTable) reachOf[command.opcode] = reachOfCommand(command);

function reachOfCommand(command: CommandInfo): number {
  if (command.opcode === Opcode.PING) return Reach.NOTHING;
  if (command.opcode === Opcode.SCAN) return Reach.LISTING;
  if (!command.hasKey) return Reach.ALL;
  return command.arguments.some(({ type }) => type === 'key') ? Reach.TWO_KEYS : Reach.KEY;
}

/**
 * Whether the op reaches beyond the keys that begin with `prefix`. A listing of all keys, or of more than those,
 * is inside: it shows those alone. One of other keys is not.
 */
export function reachesBeyond(op: Op, prefix: Uint8Array): boolean {
  const { bytes, keyStart, keyEnd } = op;
  switch (reachOf[op.opcode]) {
    case Reach.NOTHING:
      return false;
    case Reach.KEY:
      return !startsWith(bytes, keyStart, keyEnd, prefix, prefix.length);
    case Reach.TWO_KEYS:
      // Arguments that could not be read have no second key; then the op is refused for that.
      return (
        !startsWith(bytes, keyStart, keyEnd, prefix, prefix.length) ||
        (op.valueEnd > op.valueStart && !startsWith(bytes, op.valueStart, op.valueEnd, prefix, prefix.length))
      );
    case Reach.LISTING:
      return !startsWith(bytes, keyStart, keyEnd, prefix, Math.min(prefix.length, keyEnd - keyStart));
    default:
      return true;
  }
}

/** Whether bytes [start, end) begin with the first `prefixBytes` of `prefix`. */
function startsWith(
  bytes: Uint8Array,
  start: number,
  end: number,
  prefix: Uint8Array,
  prefixBytes: number,
): boolean {
  if (end - start < prefixBytes) return false;
  for (let i = 0; i < prefixBytes; i++) if (bytes[start + i] !== prefix[i]) return false;
  return true;
}
