import assert from 'node:assert/strict';
import { test } from 'uvu';
import { readLines } from '../src/line-reader.js';

async function linesOf(content: Uint8Array, chunkBytes: number): Promise<string[]> {
  async function* chunks() {
    for (let at = 0; at < content.length; at += chunkBytes) yield content.subarray(at, at + chunkBytes);
  }
  const lines: string[] = [];
  for await (const line of readLines(chunks())) lines.push(line);
  return lines;
}

const CASES: [content: string, lines: string[]][] = [
  ['', []],
  ['\n', ['']],
  ['a', ['a']],
  ['a\nb', ['a', 'b']],
  ['a\r\nb\r\n', ['a', 'b']],
  ['\ufeffa\n\ufeffb\n', ['a', '\ufeffb']],
  ['a\u2028b\u0085c\rd\n\né\n', ['a\u2028b\u0085c\rd', '', 'é']],
];

for (const [content, lines] of CASES) {
  test(`${JSON.stringify(content)} is ${lines.length} lines, however it is cut into chunks`, async () => {
    const bytes = Buffer.from(content);
    for (let size = 1; size <= bytes.length + 1; size++) assert.deepEqual(await linesOf(bytes, size), lines);
  });
}

test('a line that is not UTF-8 is named', async () => {
  await assert.rejects(linesOf(Buffer.from([0x61, 0x0a, 0xff, 0x0a]), 10), /^Error: line 2 is not UTF-8$/);
});

test.run();
