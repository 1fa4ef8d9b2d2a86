/** Clients that wait for lists, several at a time, in fixed order: the same course of events as with Redis. */

import assert from 'node:assert/strict';
import { suite } from 'uvu';
import { conversation, HANG_UP, type Step } from './conversation.js';
import { Differential } from './differential.js';
import { redisVersion } from './real-redis.js';

const push = (key: string, ...elements: string[]): Step => ['w', 'RPUSH', key, ...elements];

const conversations: Readonly<Record<string, readonly Step[]>> = {
  'one waits, one pushes': [['a', 'BLPOP', 'k', '0'], push('k', '1'), ['w', 'EXISTS', 'k']],
  'the rest of what was pushed stays': [
    ['a', 'BRPOP', 'k', '0'],
    push('k', '1', '2', '3'),
    ['w', 'LRANGE', 'k', '0', '-1'],
  ],
  'first come, first served': [
    ['a', 'BLPOP', 'k', '0'],
    ['b', 'BRPOP', 'k', '0'],
    ['c', 'BLPOP', 'k', '0'],
    push('k', '1', '2'),
    push('k', '3'),
  ],
  'whoever waits again stands last': [
    ['a', 'BLPOP', 'k', '0'],
    ['b', 'BLPOP', 'k', '0'],
    push('k', '1'),
    ['a', 'BLPOP', 'k', '0'],
    push('k', '2'),
    push('k', '3'),
  ],
  'several keys, the one that gets something': [
    ['a', 'BLPOP', 'x', 'y', 'z', '0'],
    ['b', 'BLPOP', 'y', 'x', '0'],
    push('y', '1'),
    push('x', '2'),
    push('z', '3'),
    ['w', 'KEYS', '*'],
  ],
  'the same key twice': [['a', 'BLPOP', 'k', 'k', '0'], push('k', '1', '2'), ['w', 'LRANGE', 'k', '0', '-1']],
  'several keys pushed in one transaction: in the order they were pushed': [
    ['a', 'BLPOP', 'x', 'y', '0'],
    ['w', 'MULTI'],
    push('y', '1'),
    push('x', '2'),
    ['w', 'EXEC'],
    ['w', 'LRANGE', 'x', '0', '-1'],
    ['w', 'LRANGE', 'y', '0', '-1'],
  ],
  'a transaction that takes it back wakes nobody': [
    ['a', 'BLPOP', 'k', '0'],
    ['w', 'MULTI'],
    push('k', '1'),
    ['w', 'DEL', 'k'],
    ['w', 'EXEC'],
    push('k', '2'),
  ],
  'only the end of a transaction counts': [
    ['a', 'BLPOP', 'k', '0'],
    ['w', 'MULTI'],
    push('k', '1'),
    ['w', 'LPUSH', 'k', '0'],
    ['w', 'LPOP', 'k'],
    ['w', 'EXEC'],
  ],
  'inside a transaction nothing waits': [
    ['a', 'MULTI'],
    ['a', 'BLPOP', 'k', '0'],
    ['a', 'BRPOPLPUSH', 'k', 'l', '0'],
    ['a', 'BLMOVE', 'k', 'l', 'LEFT', 'LEFT', '0'],
    ['a', 'BLMPOP', '0', '1', 'k', 'LEFT'],
    ['a', 'EXEC'],
  ],
  'pushed in front: elements come out in the order they lie': [
    ['a', 'BLPOP', 'k', '0'],
    ['b', 'BLPOP', 'k', '0'],
    ['w', 'LPUSH', 'k', '1', '2', '3'],
    ['w', 'LRANGE', 'k', '0', '-1'],
  ],
  'many at once': [
    ['a', 'BLMPOP', '0', '2', 'k', 'l', 'RIGHT', 'COUNT', '2'],
    push('l', '1', '2', '3'),
    ['w', 'LRANGE', 'l', '0', '-1'],
    ['b', 'BLMPOP', '0', '1', 'k', 'LEFT', 'COUNT', '10'],
    push('k', '1', '2', '3'),
    ['w', 'EXISTS', 'k'],
  ],
  'another type under the key wakes nobody': [
    ['a', 'BLPOP', 'k', '0'],
    ['w', 'SET', 'k', 'text'],
    ['w', 'APPEND', 'k', 'more'],
    ['w', 'DEL', 'k'],
    push('k', '1'),
  ],
  'a list that a text replaces within a transaction wakes nobody': [
    ['a', 'BLPOP', 'k', '0'],
    ['w', 'MULTI'],
    push('k', '1'),
    ['w', 'SET', 'k', 'text'],
    ['w', 'EXEC'],
    ['w', 'GET', 'k'],
    ['w', 'DEL', 'k'],
    push('k', '2'),
  ],
  'RENAME brings a list': [
    ['a', 'BLPOP', 'k', '0'],
    push('other', '1', '2'),
    ['w', 'RENAME', 'other', 'k'],
    ['w', 'LRANGE', 'k', '0', '-1'],
    ['b', 'BLPOP', 'm', '0'],
    ['w', 'RENAMENX', 'k', 'm'],
  ],
  'RENAME over a text brings a list': [
    ['w', 'SET', 'k', 'text'],
    ['a', 'BLPOP', 'j', '0'],
    push('other', '1'),
    ['w', 'RENAME', 'k', 'j'],
    ['w', 'RENAME', 'other', 'j'],
  ],
  'COPY brings a list': [
    ['a', 'BRPOP', 'k', '0'],
    push('other', '1', '2'),
    ['w', 'COPY', 'other', 'k'],
    ['w', 'LRANGE', 'k', '0', '-1'],
    ['w', 'LRANGE', 'other', '0', '-1'],
  ],
  'LINSERT and the pushes that need a list wake nobody': [
    ['a', 'BLPOP', 'k', '0'],
    ['w', 'LPUSHX', 'k', '1'],
    ['w', 'LINSERT', 'k', 'BEFORE', 'a', 'b'],
    push('k', '1'),
  ],
  'a move wakes whoever waits for its target': [
    ['a', 'BLPOP', 'target', '0'],
    push('source', '1', '2'),
    ['w', 'LMOVE', 'source', 'target', 'LEFT', 'RIGHT'],
    ['w', 'EXISTS', 'target'],
    ['b', 'BLPOP', 'target', '0'],
    ['w', 'RPOPLPUSH', 'source', 'target'],
  ],
  'a chain of moves that wait': [
    ['a', 'BLMOVE', 'one', 'two', 'LEFT', 'RIGHT', '0'],
    ['b', 'BLMOVE', 'two', 'three', 'RIGHT', 'LEFT', '0'],
    ['c', 'BRPOPLPUSH', 'three', 'four', '0'],
    ['d', 'BLPOP', 'four', '0'],
    push('one', 'x'),
    ['w', 'KEYS', '*'],
  ],
  'a circle of moves ends': [
    ['a', 'BLMOVE', 'one', 'two', 'LEFT', 'RIGHT', '0'],
    ['b', 'BLMOVE', 'two', 'one', 'LEFT', 'RIGHT', '0'],
    push('one', 'x', 'y'),
    ['w', 'LRANGE', 'one', '0', '-1'],
    ['w', 'LRANGE', 'two', '0', '-1'],
  ],
  'a move onto itself': [
    ['a', 'BLMOVE', 'k', 'k', 'LEFT', 'RIGHT', '0'],
    push('k', '1', '2', '3'),
    ['w', 'LRANGE', 'k', '0', '-1'],
  ],
  'a move whose target has another type is refused when it wakes, and takes nothing': [
    ['a', 'BLMOVE', 'source', 'target', 'LEFT', 'LEFT', '0'],
    ['b', 'BLPOP', 'source', '0'],
    ['w', 'SET', 'target', 'text'],
    push('source', '1'),
    ['w', 'EXISTS', 'source'],
  ],
  'those who wait longest get it though others want both': [
    ['a', 'BLPOP', 'x', '0'],
    ['b', 'BLPOP', 'y', 'x', '0'],
    ['c', 'BLPOP', 'y', '0'],
    ['w', 'MULTI'],
    push('x', '1', '2'),
    push('y', '3', '4'),
    ['w', 'EXEC'],
    ['w', 'LRANGE', 'y', '0', '-1'],
  ],
  'time is over': [
    ['a', 'BLPOP', 'k', '0.05'],
    ['b', 'BRPOPLPUSH', 'k', 'l', '0.05'],
    ['c', 'BLMOVE', 'k', 'l', 'LEFT', 'LEFT', '0.05'],
    ['d', 'BLMPOP', '0.05', '1', 'k', 'LEFT'],
    ['wait', '150'],
    push('k', '1'),
    ['w', 'LLEN', 'k'],
  ],
  'who is gone gets nothing': [
    ['a', 'BLPOP', 'k', '0'],
    ['b', 'BLPOP', 'k', '0'],
    ['a', HANG_UP],
    push('k', '1', '2'),
    ['w', 'LRANGE', 'k', '0', '-1'],
  ],
  'who is gone with something unread gets nothing': [
    ['a', 'BLPOP', 'k', '0'],
    ['a', 'PING'],
    ['a', HANG_UP],
    push('k', '1'),
    ['w', 'LRANGE', 'k', '0', '-1'],
  ],
  'what was sent behind a command that waits is answered behind it': [
    ['a', 'BLPOP', 'k', '0'],
    ['a', 'PING'],
    ['a', 'LLEN', 'k'],
    push('k', '1', '2'),
  ],
  'commands of one pipeline behind a push see what is left': [
    ['a', 'BLPOP', 'k', '0'],
    push('k', '1'),
    ['w', 'LLEN', 'k'],
    ['w', 'LPUSH', 'k', '2'],
  ],
  'a key that expires while somebody waits': [
    push('k', '1'),
    ['w', 'PEXPIRE', 'k', '30'],
    ['wait', '60'],
    ['a', 'BLPOP', 'k', '0'],
    push('k', '2'),
  ],
  'unblocked from outside': [
    ['a', 'CLIENT', 'SETNAME', 'waiting'],
    ['a', 'BLPOP', 'k', '0'],
    ['w', 'CLIENT', 'UNBLOCK', '999999'],
    ['w', 'CLIENT', 'KILL', 'TYPE', 'pubsub'],
    push('k', '1'),
  ],
  'the same list given twice': [
    ['a', 'BLPOP', 'k', '0'],
    ['b', 'BLPOP', 'k', '0'],
    push('other', '1'),
    ['w', 'MULTI'],
    ['w', 'RENAME', 'other', 'k'],
    ['w', 'COPY', 'k', 'l'],
    ['w', 'LMOVE', 'l', 'k', 'LEFT', 'LEFT'],
    ['w', 'EXEC'],
  ],
  'many keys, many elements, each key served first come first': [
    ['a', 'BLMPOP', '0', '3', 'x', 'y', 'z', 'LEFT', 'COUNT', '2'],
    ['b', 'BLPOP', 'z', 'y', '0'],
    ['c', 'BRPOP', 'y', '0'],
    ['d', 'BLMOVE', 'x', 'y', 'LEFT', 'LEFT', '0'],
    ['w', 'MULTI'],
    push('z', '1', '2', '3'),
    push('x', '4'),
    ['w', 'EXEC'],
    ['w', 'LRANGE', 'z', '0', '-1'],
    push('x', '5'),
    push('x', '6', '7'),
    ['w', 'KEYS', '*'],
  ],
  'a database that is emptied wakes nobody': [['a', 'BLPOP', 'k', '0'], ['w', 'FLUSHALL'], push('k', '1')],
  'very long timeouts': [
    ['a', 'BLPOP', 'k', '3000000'],
    ['b', 'BLPOP', 'k', '9000000000000000'],
    push('k', '1', '2'),
  ],
};

const test = suite('redis beside Redis: clients that wait');

if (redisVersion() === undefined) {
  console.log('# skip redis beside Redis: clients that wait: no redis-server on this machine');
  test.skip('clients that wait', () => {});
} else {
  let differential: Differential;
  test.before(async () => {
    differential = await Differential.start();
  });
  test.after(() => differential.stop());
  for (const [name, steps] of Object.entries(conversations)) {
    test(name, async () => {
      const [ours, real] = await Promise.all([
        conversation(differential.ours.port, steps),
        conversation(differential.real.port, steps),
      ]);
      assert.deepEqual(ours, real);
    });
  }
  test('the same under RESP 3', async () => {
    const steps = conversations['time is over'];
    const ours = await conversation(differential.ours.port, steps, 3);
    assert.deepEqual(ours, await conversation(differential.real.port, steps, 3));
  });
}

test.run();
