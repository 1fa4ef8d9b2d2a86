/** Commands of connection and server whose answers do not depend on the machine. */

import { type CommandDraw, type Draw, mixed } from '../draw.js';
import { basics } from './basics.js';

export const connection: CommandDraw = mixed(
  [2, (draw) => ['PING', ...draw.values(0, 2)]],
  [2, (draw) => ['ECHO', draw.value()]],
  [1, (draw) => ['SELECT', draw.pick(['0', '-1', '99', 'x', '4294967296', ''])]],
  [2, (draw) => ['CLIENT', draw.word('SETNAME'), draw.pick(['', 'a', 'app:1', 'a b', 'a\n', '\xff', '~!'])]],
  [2, (draw) => ['CLIENT', draw.word('GETNAME')]],
  [1, (draw) => ['CLIENT', 'ID', ...draw.values(0, 1)]],
  [1, (draw) => ['CLIENT', draw.pick(['INFO', 'LIST'])]],
  [1, (draw) => ['CLIENT', 'LIST', draw.pick(['TYPE', 'ID', 'FOO']), draw.pick(['master', 'x', '0', ''])]],
  [1, (draw) => ['CLIENT', draw.word('NO-EVICT'), draw.pick(['on', 'OFF', 'maybe'])]],
  [1, (draw) => ['CLIENT', 'KILL', draw.pick(['1.2.3.4:5', 'x', ''])]],
  [2, killByFilters],
  [1, (draw) => ['CLIENT', 'UNBLOCK', draw.pick(['0', '-1', 'x', '99999']), ...unblockReason(draw)]],
  [1, (draw) => ['CLIENT', 'PAUSE', draw.pick(['-1', 'x', '1.5', '']), ...draw.some([0.5, () => ['ALL']])]],
  [1, (draw) => ['CLIENT', draw.pick(['UNPAUSE', 'nothing', 'REPLY'])]],
  [2, (draw) => ['HELLO', ...helloArguments(draw)]],
  [1, (draw) => ['AUTH', ...draw.pick([['x'], ['default', 'x'], ['nobody', 'x'], ['a', 'b', 'c'], []])]],
  [1, () => ['RESET']],
  [1, () => ['DBSIZE']],
  [
    1,
    (draw) => [
      draw.pick(['FLUSHALL', 'FLUSHDB']),
      ...draw.pick([[], ['ASYNC'], ['sync'], ['x'], ['a', 'b']]),
    ],
  ],
  [1, (draw) => ['TIME', ...draw.values(0, 1)]],
  [1, (draw) => ['LASTSAVE', ...draw.values(0, 1)]],
  [1, (draw) => ['SLOWLOG', draw.pick(['RESET', 'nothing', 'RESET'])]],
  [
    1,
    (draw) => [
      'MEMORY',
      'USAGE',
      draw.key(),
      ...draw.pick([[], ['SAMPLES', '5'], ['SAMPLES', '-1'], ['x'], ['SAMPLES', 'x']]),
    ],
  ],
  [1, (draw) => ['ACL', draw.pick(['WHOAMI', 'nothing'])]],
  [1, (draw) => ['DEBUG', 'SLEEP', draw.pick(['0', '0.001'])]],
  [1, (draw) => [draw.pick(['nothing', 'no\x00thing', '\r\n', 'x'.repeat(300)]), ...draw.values(0, 3)]],
  [4, basics],
);

function killByFilters(draw: Draw): string[] {
  const filters: readonly (readonly string[])[] = [
    ['ID', '0'],
    ['ID', 'x'],
    ['ID', '987654321'],
    ['TYPE', 'pubsub'],
    ['TYPE', 'x'],
    ['ADDR', '1.2.3.4:5'],
    ['LADDR', 'x'],
    ['USER', 'nobody'],
    ['SKIPME', 'yes'],
    ['SKIPME', 'x'],
    ['FOO', 'x'],
    ['ID'],
  ];
  // One that nobody fits, so that nobody is killed.
  return ['CLIENT', 'KILL', 'ADDR', '9.9.9.9:9', ...draw.pick(filters), ...draw.pick(filters)];
}

function unblockReason(draw: Draw): readonly string[] {
  return draw.pick([[], ['TIMEOUT'], ['error'], ['x'], ['ERROR', 'x']]);
}

function helloArguments(draw: Draw): readonly string[] {
  return draw.pick<readonly string[]>([
    [],
    ['2'],
    ['3'],
    ['4'],
    ['x'],
    ['3', 'SETNAME', 'me'],
    ['2', 'setname', 'a b'],
    ['3', 'AUTH', 'default', 'x'],
    ['3', 'AUTH', 'nobody', 'x'],
    ['3', 'AUTH', 'x'],
    ['2', 'x'],
  ]);
}
