import { type CommandDraw, type Draw, mixed } from '../draw.js';
import { basics } from './basics.js';

/** So few elements that they are found, and repeat. */
const ELEMENTS = ['a', 'b', 'c', '1', '-1', '', 'foo\r\nbar', '\x00\xff', 'x'.repeat(70), 'true', '{"a":1}'];

/** So few keys that most have a list. */
const KEYS = ['a', 'b', 'c', 'key:1'];

const element = (draw: Draw): string => (draw.chance(0.9) ? draw.pick(ELEMENTS) : draw.value());
const elements = (draw: Draw, max: number): string[] => draw.times(1, max, () => element(draw));
const key = (draw: Draw): string => (draw.chance(0.95) ? draw.pick(KEYS) : draw.key());
const keys = (draw: Draw, min: number, max: number): string[] => draw.times(min, max, () => key(draw));
const side = (draw: Draw): string => draw.word(draw.pick(['LEFT', 'RIGHT']));
/** Never long: the servers would wait for each other. */
const timeout = (draw: Draw): string =>
  draw.chance(0.85)
    ? draw.pick(['0.001', '1e-3', '0.0005', '.002', '0x.01'])
    : draw.pick(['abc', '-1', 'nan', 'inf', '-inf', '', ' 1', '1 ', '1e30', '9223372036854775808', '-0.5']);

const push: CommandDraw = mixed(
  [6, (draw) => [draw.pick(['LPUSH', 'RPUSH']), key(draw), ...elements(draw, 6)]],
  [1, (draw) => [draw.pick(['LPUSH', 'RPUSH']), key(draw), ...elements(draw, 300)]],
  [2, (draw) => [draw.pick(['LPUSHX', 'RPUSHX']), key(draw), ...elements(draw, 3)]],
);

const pop: CommandDraw = mixed(
  [3, (draw) => [draw.pick(['LPOP', 'RPOP']), key(draw)]],
  [2, (draw) => [draw.pick(['LPOP', 'RPOP']), key(draw), draw.integer(-1, 8)]],
  [2, (draw) => multiPop(draw, ['LMPOP'])],
);

function multiPop(draw: Draw, start: string[]): string[] {
  const names = keys(draw, 1, 3);
  const count = draw.chance(0.9) ? String(names.length) : draw.integer(0, 4);
  const options = draw.some([0.4, () => [draw.word('COUNT'), draw.integer(0, 7)]]);
  return [...start, count, ...names, side(draw), ...options];
}

const read: CommandDraw = mixed(
  [1, (draw) => ['LLEN', key(draw)]],
  [2, (draw) => ['LINDEX', key(draw), draw.integer(-12, 12)]],
  [3, (draw) => ['LRANGE', key(draw), draw.integer(-12, 12), draw.integer(-12, 20)]],
  [2, (draw) => ['LRANGE', key(draw), '0', '-1']],
  [3, position],
);

function position(draw: Draw): string[] {
  const options = draw.some(
    [0.4, () => [draw.word('RANK'), draw.integer(-4, 4)]],
    [0.4, () => [draw.word('COUNT'), draw.integer(-1, 4)]],
    [0.3, () => [draw.word('MAXLEN'), draw.integer(-1, 10)]],
    [0.05, () => [draw.junk(), draw.integer()]],
  );
  return ['LPOS', key(draw), element(draw), ...options];
}

const change: CommandDraw = mixed(
  [2, (draw) => ['LSET', key(draw), draw.integer(-8, 8), element(draw)]],
  [2, (draw) => ['LREM', key(draw), draw.integer(-3, 3), element(draw)]],
  [
    3,
    (draw) => [
      'LINSERT',
      key(draw),
      draw.word(draw.pick(['BEFORE', 'AFTER', 'BEFORE', 'AFTER', 'BESIDE'])),
      element(draw),
      element(draw),
    ],
  ],
  [1, (draw) => ['LTRIM', key(draw), draw.integer(-20, 6), draw.integer(-6, 40)]],
);

const move: CommandDraw = mixed(
  [1, (draw) => ['RPOPLPUSH', key(draw), key(draw)]],
  [2, (draw) => ['LMOVE', key(draw), key(draw), side(draw), draw.chance(0.95) ? side(draw) : draw.junk()]],
);

/** Where nothing is there they time out, the same on both servers. */
const blocking: CommandDraw = mixed(
  [2, (draw) => [draw.pick(['BLPOP', 'BRPOP']), ...keys(draw, 1, 3), timeout(draw)]],
  [1, (draw) => ['BRPOPLPUSH', key(draw), key(draw), timeout(draw)]],
  [1, (draw) => ['BLMOVE', key(draw), key(draw), side(draw), side(draw), timeout(draw)]],
  [1, (draw) => multiPop(draw, ['BLMPOP', timeout(draw)])],
);

const transactions: CommandDraw = mixed([3, () => ['MULTI']], [4, () => ['EXEC']], [1, () => ['DISCARD']]);

const aroundLists: CommandDraw = mixed(
  [4, basics],
  [2, (draw) => ['SET', key(draw), draw.value()]],
  [3, (draw) => ['DEL', key(draw)]],
  [1, (draw) => ['TYPE', key(draw)]],
  [1, (draw) => ['EXPIRE', key(draw), draw.timeToLive(1)]],
  [1, (draw) => ['TTL', key(draw)]],
  [2, (draw) => ['RENAME', key(draw), key(draw)]],
  [2, (draw) => ['COPY', key(draw), key(draw), ...draw.some([0.6, () => ['REPLACE']])]],
  [1, (draw) => ['OBJECT', 'ENCODING', key(draw)]],
);

/** Everything on lists, with keys of other types and lists under other names in between. */
export const lists: CommandDraw = mixed(
  [30, push],
  [14, pop],
  [24, read],
  [22, change],
  [10, move],
  [5, blocking],
  [12, aroundLists],
  [3, transactions],
);
