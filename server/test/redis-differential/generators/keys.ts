/**
 * Every command of the group `generic`. Left out are databases beyond the first, moments beyond the year 10889 and
 * OBJECT REFCOUNT: known differences, in docs/REDIS.md.
 */

import { type CommandDraw, type Draw, mixed } from '../draw.js';
import { basics } from './basics.js';
import { moment, timeToLive } from './strings.js';

const CONDITIONS = ['NX', 'XX', 'GT', 'LT'];
const TYPES = ['string', 'list', 'STRING', 'List', 'hash', 'set', 'zset', 'stream', 'none', ''];

export const keys: CommandDraw = mixed(
  [6, basics],
  [2, (draw) => ['RPUSH', draw.key(), ...draw.values(1, 3)]],
  [1, (draw) => ['UNLINK', ...draw.keys(1, 3)]],
  [1, (draw) => ['TOUCH', ...draw.keys(1, 4)]],
  [4, (draw) => ['EXPIRE', draw.key(), timeToLive(draw, 1), ...conditions(draw)]],
  [3, (draw) => ['PEXPIRE', draw.key(), timeToLive(draw, 1000), ...conditions(draw)]],
  [3, (draw) => ['EXPIREAT', draw.key(), moment(draw, 1), ...conditions(draw)]],
  [3, (draw) => ['PEXPIREAT', draw.key(), moment(draw, 1000), ...conditions(draw)]],
  [4, (draw) => [draw.pick(['TTL', 'PTTL', 'EXPIRETIME', 'PEXPIRETIME']), draw.key()]],
  [1, (draw) => ['PERSIST', draw.key()]],
  [3, (draw) => ['KEYS', pattern(draw)]],
  [2, scan],
  [1, (draw) => ['TYPE', draw.key()]],
  [2, (draw) => ['RENAME', draw.key(), draw.key()]],
  [2, (draw) => ['RENAMENX', draw.key(), draw.key()]],
  [3, copy],
  [1, () => ['RANDOMKEY']],
  [2, (draw) => ['OBJECT', draw.word(draw.pick(['ENCODING', 'FREQ', 'IDLETIME'])), draw.key()]],
  [1, (draw) => ['GET', draw.key()]],
  [1, () => ['DBSIZE']],
);

function conditions(draw: Draw): string[] {
  return draw.chance(0.5) ? [] : draw.times(1, 2, () => draw.word(draw.pick(CONDITIONS)));
}

function scan(draw: Draw): string[] {
  const options = draw.some(
    [0.4, () => [draw.word('MATCH'), pattern(draw)]],
    [0.4, () => [draw.word('COUNT'), draw.chance(0.8) ? draw.int(1, 5) : draw.integer()]],
    [0.4, () => [draw.word('TYPE'), draw.pick(TYPES)]],
  );
  return ['SCAN', draw.chance(0.9) ? '0' : draw.pick(['x', '', '-0', '+0', '00', ' 0', '1e3']), ...options];
}

/** Parts of keys with everything a glob has, well formed and not. */
function pattern(draw: Draw): string {
  const parts = [
    '*',
    '?',
    'a',
    'key',
    ':',
    '1',
    '[a-c]',
    '[^a]',
    '[',
    ']',
    '\\',
    '-',
    '^',
    '[12]',
    '\x00',
    '\xff',
  ];
  return draw.chance(0.2) ? '*' : draw.times(0, 6, () => draw.pick(parts)).join('');
}

function copy(draw: Draw): string[] {
  const database = (): string => draw.pick(['0', '0', '0', '16', '-1', 'x', '99999999999', '-2147483649']);
  const options = draw.some(
    [0.5, () => [draw.word('REPLACE')]],
    [0.3, () => [draw.word('DB'), database()]],
    [0.03, () => [draw.word('DB')]],
  );
  return ['COPY', draw.key(), draw.key(), ...options];
}
