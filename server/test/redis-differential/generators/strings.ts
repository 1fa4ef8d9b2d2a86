/** Every command of the group `string`, with every option. */

import { type CommandDraw, type Draw, mixed } from '../draw.js';
import { basics } from './basics.js';

/** Numbers for INCRBYFLOAT: the C library's grammar, and sums whose last digits show how many bits they have. */
const FLOATS = [
  '0x1.8p3',
  '-0x.8',
  '0X1P-3',
  '0x',
  '0x1p',
  'inf',
  '-Infinity',
  'INF',
  'infinit',
  '1e400',
  '-1e400',
  '1e4931',
  '1e4932',
  '1e5000',
  '1e-20',
  '1e-5000',
  '-1e-4940',
  '+3.25',
  '3.0e3',
  '1000.1',
  '0.30000000000000004',
  '123456789012345678901234567890',
  '-0.00000000000000000500000000000000001',
  '18446744073709551615.5',
  '00017',
];

/** A key for the largest value. */
const FAR = 'far';
/** Keys for LCS, whose largest table is another here: with short values both have room. */
const TEXTS = ['text:1', 'text:2', 'text:3', 'list'];
const LAST_INDEX = 1024 * 1024 - 1;

export const strings: CommandDraw = mixed(
  [8, setWithOptions],
  [2, (draw) => ['SET', draw.key(), number(draw)]],
  [3, (draw) => ['GET', draw.key()]],
  [1, (draw) => ['GETDEL', draw.key()]],
  [3, (draw) => ['GETEX', draw.key(), ...expiryOption(draw, [0.3, () => [draw.word('PERSIST')]])]],
  [1, (draw) => ['GETSET', draw.key(), draw.value()]],
  [1, (draw) => ['SETNX', draw.key(), draw.value()]],
  [1, (draw) => ['SETEX', draw.key(), timeToLive(draw, 1), draw.value()]],
  [1, (draw) => ['PSETEX', draw.key(), timeToLive(draw, 1000), draw.value()]],
  [2, (draw) => [draw.pick(['INCR', 'DECR']), draw.key()]],
  [3, (draw) => [draw.pick(['INCRBY', 'DECRBY']), draw.key(), draw.integer()]],
  [5, (draw) => ['INCRBYFLOAT', draw.key(), float(draw)]],
  [2, (draw) => ['APPEND', draw.key(), draw.value()]],
  [1, (draw) => ['STRLEN', draw.key()]],
  [
    3,
    (draw) => [draw.pick(['GETRANGE', 'SUBSTR']), draw.key(), draw.integer(-20, 20), draw.integer(-20, 20)],
  ],
  [3, (draw) => ['SETRANGE', draw.key(), draw.integer(-1, 40), draw.value()]],
  [0.05, (draw) => ['SETRANGE', FAR, String(LAST_INDEX - draw.random.int(0, 9)), 'abcde']],
  [2, (draw) => ['MGET', ...draw.keys(1, 5)]],
  [1, (draw) => ['MSET', ...draw.times(1, 4, () => [draw.key(), draw.value()]).flat()]],
  [1, (draw) => ['MSETNX', ...draw.times(1, 3, () => [draw.key(), draw.value()]).flat()]],
  [4, longestCommonSubsequence],
  [3, (draw) => ['SET', draw.pick(TEXTS), text(draw)]],
  [2, (draw) => ['RPUSH', draw.key(), draw.value()]],
  [1, (draw) => ['TTL', draw.key()]],
  [1, (draw) => ['DEL', ...draw.keys(1, 3)]],
  [2, basics],
);

/** A time to live, as `moment`. */
export function timeToLive(draw: Draw, unitsPerSecond: number): string {
  const drawn = draw.timeToLive(unitsPerSecond);
  return drawn === '9223372036854775' ? '1000000' : drawn;
}

/** A moment that this server keeps as it is: those beyond the year 10889 are a known difference. */
export function moment(draw: Draw, unitsPerSecond: number): string {
  const drawn = draw.moment(unitsPerSecond);
  return drawn.startsWith('92233720') ? '4070908800' : drawn;
}

function setWithOptions(draw: Draw): string[] {
  const options = draw.some(
    [0.2, () => [draw.word('NX')]],
    [0.2, () => [draw.word('XX')]],
    [0.25, () => [draw.word('GET')]],
    [0.15, () => [draw.word('KEEPTTL')]],
    [0.05, () => [draw.word('PERSIST')]],
    [0.35, () => expiryOption(draw)],
  );
  return ['SET', draw.key(), draw.value(), ...options];
}

function expiryOption(draw: Draw, ...more: readonly (readonly [number, () => string[]])[]): string[] {
  return draw.some(
    [0.3, () => [draw.word('EX'), timeToLive(draw, 1)]],
    [0.2, () => [draw.word('PX'), timeToLive(draw, 1000)]],
    [0.1, () => [draw.word('EXAT'), moment(draw, 1)]],
    [0.1, () => [draw.word('PXAT'), moment(draw, 1000)]],
    [0.03, () => [draw.word('EX')]],
    ...more,
  );
}

function float(draw: Draw): string {
  if (draw.chance(0.4)) return draw.pick(FLOATS);
  if (draw.chance(0.5)) return `${draw.integer(-2000, 2000)}.${draw.random.int(0, 999_999_999)}`;
  return draw.float();
}

function number(draw: Draw): string {
  return draw.chance(0.5) ? draw.integer() : float(draw);
}

function longestCommonSubsequence(draw: Draw): string[] {
  const options = draw.some(
    [0.3, () => [draw.word('IDX')]],
    [0.2, () => [draw.word('LEN')]],
    [0.3, () => [draw.word('MINMATCHLEN'), draw.integer(-1, 5)]],
    [0.3, () => [draw.word('WITHMATCHLEN')]],
  );
  return ['LCS', draw.pick(TEXTS), draw.pick(TEXTS), ...options];
}

/** Of few letters, so that much is common. */
function text(draw: Draw): string {
  return draw.times(0, 60, () => draw.pick(['a', 'b', 'c', 'dd', '\x00', '\xff'])).join('');
}
