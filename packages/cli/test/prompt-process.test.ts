/** `anoa` alone, as a process: a script on standard input, and a person at a terminal. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type ServerProcess, startServerProcess, temporaryDirectory } from '@anoadb/testkit';
import { test } from 'uvu';
import { ANOA, type Anoa, anoaFor } from './anoa-process.js';

let server: ServerProcess;
let anoa: Anoa;

test.before(async () => {
  server = await startServerProcess();
  anoa = anoaFor(server);
});
test.after(() => server.dispose());

test('a script on standard input runs line by line; only output is on stdout', async () => {
  const input =
    "# a comment\nset a 1\nset 'b c' \"it's\"\n\nget a\nget 'b c'\nget b\\ c --json\nexit\nget a\n";
  const { code, stdout, stderr } = await anoa([], { input });
  assert.deepEqual([code, stdout, stderr], [0, `1\nit's\n"it's"\n`, 'ok\nok\n']);
});

test('a line that fails does not end a script, and its exit code is kept', async () => {
  const input = "get nobody\ngte a\nget 'a\nserve\nincr a\n";
  const { code, stdout, stderr } = await anoa([], { input });
  assert.equal(code, 2);
  assert.equal(stdout, '2\n');
  assert.match(stderr, /^nobody: not found\n/);
  assert.match(stderr, /Did you mean get\?\)\n`help` lists the commands\.\n/);
  assert.match(stderr, /The ' is not closed\./);
  assert.match(stderr, /serve needs a shell of its own/);
});

const hasScript = spawnSync('script', ['-qec', 'true', '/dev/null']).status === 0;

/** A terminal of 80 columns, made by `script`; what it shows is read as it is written. */
class TerminalSession {
  shown = '';
  readonly ended: Promise<number | null>;
  readonly #child: ChildProcess;

  constructor(stateDir: string) {
    const command = `stty cols 80; '${process.execPath}' '${ANOA}'`;
    const env = {
      ...process.env,
      ...server.environment,
      XDG_STATE_HOME: stateDir,
      TERM: 'xterm',
      NO_COLOR: '',
    };
    this.#child = spawn('script', ['-qec', command, '/dev/null'], { env });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      // Visible, so that it can be searched for.
      this.shown += text.replaceAll('\u001b', '␛');
    });
    this.ended = new Promise((resolve) => this.#child.once('close', resolve));
  }

  /** Types, then waits until what is shown from here on has `expected` in it; returns that part. */
  async type(keys: string, expected: string | RegExp): Promise<string> {
    const from = this.shown.length;
    this.#child.stdin?.write(keys);
    const deadlineMs = performance.now() + 20_000;
    for (;;) {
      const part = this.shown.slice(from);
      if (typeof expected === 'string' ? part.includes(expected) : expected.test(part)) return part;
      if (performance.now() > deadlineMs) throw new Error(`no ${expected} in ${JSON.stringify(this.shown)}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

const NEXT_PROMPT = /anoa> (␛\[[\d;]*\w)*$/;

(hasScript ? test : test.skip)(
  'at a terminal: banner, hints that are wiped, completion, colours, history',
  async () => {
    const stateDir = temporaryDirectory();
    const session = new TerminalSession(stateDir);
    const banner = await session.type('', NEXT_PROMPT);
    assert.match(banner, /AnoaDB/);
    assert.match(banner, new RegExp(`127\\.0\\.0\\.1:${server.port}, \\d+ keys`));
    const hinted = await session.type('set user:1', '[--ttl <duration>]');
    assert.match(hinted, /␛\[2m.*\[value\]/);
    const wiped = await session.type(` '{"n":[1]}'\r`, NEXT_PROMPT);
    assert.match(wiped, /^␛\[K/);
    assert.match(await session.type('get us\t', 'er:1'), /er:1/);
    assert.match(await session.type('\r', NEXT_PROMPT), /\{\r\n {2}␛\[36m"n"/);
    assert.match(await session.type('nonsense\r', NEXT_PROMPT), /unknown command/);
    assert.match(await session.type('get abc', 'c'), /c/);
    assert.match(await session.type('\u0003', NEXT_PROMPT), /\^C/);
    assert.match(await session.type('count\r', NEXT_PROMPT), /\d+\r\n/);
    await session.type('\u0004', '\n');
    assert.equal(await session.ended, 0);
    const history = join(stateDir, 'anoadb', 'history');
    assert.equal(statSync(history).mode & 0o777, 0o600);
    assert.match(readFileSync(history, 'utf8'), /^set user:1 .*\nget user:1 ?\nnonsense\ncount\n$/);
  },
);

test.run();
