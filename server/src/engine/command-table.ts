/**
 * Which handler executes which opcode. The compiler refuses this file where the spec has a command without one.
 */

import {
  type CommandInfo,
  commandTable,
  type Op,
  type Opcode,
  Permission,
  type Result,
} from '@anoadb/protocol';
import { append } from './commands/append.js';
import { check } from './commands/check.js';
import { copy } from './commands/copy.js';
import { count } from './commands/count.js';
import { deleteKey } from './commands/delete.js';
import { exists } from './commands/exists.js';
import { expire } from './commands/expire.js';
import { flush } from './commands/flush.js';
import { get } from './commands/get.js';
import { getDelete } from './commands/get-delete.js';
import { getExpire } from './commands/get-expire.js';
import { increment } from './commands/increment.js';
import { incrementFloat } from './commands/increment-float.js';
import { length } from './commands/length.js';
import { persist } from './commands/persist.js';
import { ping } from './commands/ping.js';
import { rename } from './commands/rename.js';
import { scan } from './commands/scan.js';
import { set } from './commands/set.js';
import { snapshot } from './commands/snapshot.js';
import { stats } from './commands/stats.js';
import { ttl } from './commands/ttl.js';
import { type } from './commands/type.js';
import type { Engine } from './engine.js';

/** Looks up, checks, answers: fills `result`, which comes in as OK without a value. */
export type CommandHandler = (engine: Engine, op: Op, result: Result) => void;

const handlers: Record<keyof typeof Opcode, CommandHandler> = {
  GET: get,
  SET: set,
  DELETE: deleteKey,
  EXISTS: exists,
  TTL: ttl,
  EXPIRE: expire,
  PERSIST: persist,
  INCR: increment,
  INCRFLOAT: incrementFloat,
  APPEND: append,
  LENGTH: length,
  GETDELETE: getDelete,
  GETEXPIRE: getExpire,
  RENAME: rename,
  TYPE: type,
  SCAN: scan,
  COUNT: count,
  FLUSH: flush,
  STATS: stats,
  PING: ping,
  CHECK: check,
  SNAPSHOT: snapshot,
  COPY: copy,
};

/** By opcode; undefined where there is no such command. */
export const commandHandlers: readonly (CommandHandler | undefined)[] = byOpcode((name) => handlers[name]);

const permissionByKind = { read: Permission.READ, write: Permission.WRITE, admin: Permission.ADMIN };

/** By opcode: the permission bits that the command's kind asks for. */
export const permissionsNeeded: readonly number[] = byOpcode((_, info) => permissionByKind[info.kind]).map(
  (bits) => bits ?? 0,
);

function byOpcode<T>(of: (name: keyof typeof Opcode, info: CommandInfo) => T): (T | undefined)[] {
  const table: (T | undefined)[] = Array.from({ length: 256 }, () => undefined);
  for (const info of commandTable) table[info.opcode] = of(info.name as keyof typeof Opcode, info);
  return table;
}
