import { differentialSuite } from './differential-suite.js';
import { lists } from './generators/lists.js';

const SMALLEST = '-9223372036854775808';

differentialSuite('redis beside Redis: lists', { draw: lists, commands: 30_000 }, (test) => {
  test('LPOS from the smallest rank', (differential) =>
    differential.compare([
      ['RPUSH', 'l', 'a', 'b', 'a', 'a'],
      ['LPOS', 'l', 'a', 'RANK', SMALLEST],
      ['LPOS', 'l', 'a', 'RANK', SMALLEST, 'COUNT', '1'],
      ['LPOS', 'l', 'a', 'COUNT', '0', 'RANK', SMALLEST],
      ['LPOS', 'l', 'a', 'COUNT', '2', 'RANK', SMALLEST, 'MAXLEN', '2'],
      ['LPOS', 'l', 'a', 'RANK', SMALLEST, 'RANK', '1', 'COUNT', '1'],
      ['LPOS', 'l', 'c', 'RANK', SMALLEST],
    ]));
});
