import { redisCommandTable } from '../../src/doors/redis/generated/command-table.js';
import type { Command } from './command.js';
import { differentialSuite } from './differential-suite.js';
import { connection } from './generators/connection.js';

/** Commands that Redis has only since 7.2. */
const NEWER = ['client|setinfo', 'client|no-touch'];
/** To the key specs of these Redis adds notes, which are its prose. */
const NOTED = ['set', 'getex'];

/** What COMMAND GETKEYS is asked for. */
const CALLS: readonly Command[] = [
  ['GET', 'a'],
  ['get'],
  ['GET', 'a', 'b'],
  ['SET', 'a', 'b', 'GET'],
  ['SET', 'a', 'b', 'NX'],
  ['MSET', 'a', '1', 'b', '2'],
  ['LMPOP', '2', 'a', 'b', 'LEFT'],
  ['LMPOP', '0', 'a', 'LEFT'],
  ['LMPOP', 'x', 'a', 'LEFT'],
  ['BLMPOP', '0', '1', 'a', 'RIGHT'],
  ['BITOP', 'AND', 'a', 'b', 'c'],
  ['OBJECT', 'ENCODING', 'a'],
  ['MEMORY', 'USAGE', 'a'],
  ['LMOVE', 'a', 'b', 'LEFT', 'RIGHT'],
  ['BLPOP', 'a', 'b', '0'],
  ['RENAME', 'a', 'b'],
  ['PING', 'a'],
  ['nothing', 'a'],
];

differentialSuite('redis: connection and server', { draw: connection, commands: 15_000 }, (test) => {
  test('COMMAND INFO says of each command what Redis says', (differential) => {
    const names = redisCommandTable
      .map(({ name }) => name)
      .filter(
        (name) => name.includes('|') || !redisCommandTable.some((other) => other.name.startsWith(`${name}|`)),
      )
      .filter((name) => !NEWER.includes(name) && !NOTED.includes(name));
    return differential.compare([...names, 'nothing'].map((name) => ['COMMAND', 'INFO', name]));
  });

  test('COMMAND GETKEYS and GETKEYSANDFLAGS find the same keys', (differential) =>
    differential.compare(
      CALLS.flatMap((call) => [
        ['COMMAND', 'GETKEYS', ...call],
        ['COMMAND', 'GETKEYSANDFLAGS', ...call],
      ]),
    ));

  test('CONFIG GET takes names and patterns in whatever case', (differential) =>
    differential.compare(
      ['slowlog-log-slower-than', 'SLOWLOG-MAX-LEN', 'DATABASE', '[', 'proto-max-bulk-le?'].map((pattern) => [
        'CONFIG',
        'GET',
        pattern,
      ]),
    ));

  test('CONFIG SET and SLOWLOG GET refuse in the same words', (differential) =>
    differential.compare([
      ['CONFIG', 'SET', 'nothing', '1'],
      ['CONFIG', 'SET', 'slowlog-max-len'],
      ['CONFIG', 'SET', 'slowlog-max-len', '1', 'nothing'],
      ['CONFIG', 'SET', 'slowlog-max-len', '-1'],
      ['CONFIG', 'SET', 'slowlog-log-slower-than', '-2'],
      ['CONFIG', 'SET', 'SLOWLOG-max-len', 'x'],
      ['CONFIG', 'SET', 'slowlog-max-len', 'x', 'SLOWLOG-MAX-LEN', '7'],
      ['CONFIG', 'SET', 'databases', '2'],
      ['CONFIG', 'SET', 'slowlog-max-len', '7', 'slowlog-log-slower-than', '1000000'],
      ['CONFIG', 'GET', 'slowlog-max-len', 'slowlog-max-len'],
      ['SLOWLOG', 'RESET'],
      ['SLOWLOG', 'GET', '-2'],
      ['SLOWLOG', 'GET', 'x'],
      ['SLOWLOG', 'GET', '1', '2'],
      ['SLOWLOG', 'GET'],
      ['SLOWLOG', 'LEN'],
    ]));

  test('COMMAND LIST refuses the same filters', (differential) =>
    differential.compare([
      ['COMMAND', 'LIST', 'x'],
      ['COMMAND', 'LIST', 'FILTERBY', 'x', 'y'],
      ['COMMAND', 'LIST', 'FILTERBY', 'MODULE', 'x'],
      ['COMMAND', 'LIST', 'FILTERBY', 'PATTERN', 'nothing*'],
      ['COMMAND', 'nothing'],
      ['COMMAND', 'DOCS', 'nothing'],
    ]));
});
