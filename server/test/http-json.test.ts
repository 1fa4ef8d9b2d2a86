/** JSON by ranges: what is found in a document is what JSON.parse finds. */

import assert from 'node:assert/strict';
import { isJsonText } from '@anoadb/protocol';
import fc from 'fast-check';
import { test } from 'uvu';
import { forEachItem, forEachMember, trimSpace } from '../src/doors/http/json-walk.js';

const SEED = Number(process.env['ANOA_TEST_SEED'] ?? 20_261_121);

/** The document built again from its ranges, down to the scalars. */
function rebuilt(bytes: Uint8Array, start: number, end: number): unknown {
  if (bytes[start] === 0x7b) {
    const members: [string, unknown][] = [];
    forEachMember(bytes, start, (nameStart, nameEnd, valueStart, valueEnd) => {
      members.push([parsed(bytes, nameStart, nameEnd) as string, rebuilt(bytes, valueStart, valueEnd)]);
    });
    return Object.fromEntries(members);
  }
  if (bytes[start] === 0x5b) {
    const items: unknown[] = [];
    forEachItem(bytes, start, (valueStart, valueEnd) => items.push(rebuilt(bytes, valueStart, valueEnd)));
    return items;
  }
  return parsed(bytes, start, end);
}

function parsed(bytes: Uint8Array, start: number, end: number): unknown {
  return JSON.parse(Buffer.from(bytes.subarray(start, end)).toString());
}

test('members and items are those of JSON.parse, whatever the space between them', () => {
  fc.assert(
    fc.property(
      fc.jsonValue({ maxDepth: 4 }),
      fc.constantFrom(undefined, 1, '\t', '\r\n \t'),
      (value, space) => {
        const text = ` ${JSON.stringify(value, null, space)}\n`;
        const bytes = Buffer.from(text);
        const { start, end } = trimSpace(bytes, 0, bytes.length);
        if (!isJsonText(bytes, start, end)) return; // beyond our limits: 1e400 and the like
        assert.deepEqual(rebuilt(bytes, start, end), JSON.parse(text));
      },
    ),
    { seed: SEED, numRuns: 500 },
  );
});

test('strings with brackets, quotes and backslashes in them end where they end', () => {
  for (const value of [['}', ']', '"', '\\', '\\"', '{"a":[', ''], { '"}]': '\\\\"', '': [{}, []] }]) {
    const bytes = Buffer.from(JSON.stringify(value));
    assert.deepEqual(rebuilt(bytes, 0, bytes.length), value);
  }
});

test.run();
