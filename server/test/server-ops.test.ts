import assert from 'node:assert/strict';
import { suite } from 'uvu';
import { openLog } from '../src/ops/log.js';
import { connectionsWithinOpenFiles } from '../src/ops/open-files.js';
import { SnapshotSchedule } from '../src/ops/snapshot-schedule.js';
import type { Database, LoadReport, SnapshotReport, SnapshotSource } from '../src/persistence/index.js';

const test = suite('server: log, crypto, snapshot schedule');

async function linesOf(
  logFormat: 'auto' | 'json' | 'pretty',
  write: (log: Awaited<ReturnType<typeof openLog>>) => void,
  isTTY = false,
): Promise<string[]> {
  const lines: string[] = [];
  const target = Object.assign(new (await import('node:stream')).Writable(), { isTTY });
  target._write = (chunk, _encoding, done) => {
    lines.push(String(chunk));
    done();
  };
  write(await openLog({ logLevel: 'info', logFormat }, target));
  await new Promise((resolve) => setImmediate(resolve));
  return lines;
}

test('the log is JSON lines with level names and ISO times', async () => {
  const [line, ...more] = await linesOf('auto', (log) => {
    log.debug('not this');
    log.info({ entries: 3 }, 'ready');
  });
  assert.deepEqual(more, []);
  const { level, time, msg, entries } = JSON.parse(line);
  assert.deepEqual({ level, msg, entries }, { level: 'info', msg: 'ready', entries: 3 });
  assert.ok(!Number.isNaN(Date.parse(time)));
});

test('on a terminal the log is for people', async () => {
  const lines = await linesOf('auto', (log) => log.warn('careful'), true);
  assert.match(lines.join(''), /WARN.*careful/);
  assert.ok(!lines.join('').startsWith('{'));
});

test('a secret handed to the log by mistake is not written', async () => {
  const lines = await linesOf('json', (log) =>
    log.info({ passphrase: 'horse', settings: { passphrase: 'horse', secret: 'horse' } }, 'settings'),
  );
  assert.ok(!lines.join('').includes('horse'), lines.join(''));
});

interface Surroundings {
  readonly schedule: SnapshotSchedule;
  readonly fatal: unknown[];
  lsn: number;
  journalBytes: number;
  next: () => Promise<Partial<SnapshotReport>>;
}

async function surroundings(): Promise<Surroundings> {
  const fatal: unknown[] = [];
  const log = await openLog({ logLevel: 'silent', logFormat: 'json' });
  const around: { lsn: number; journalBytes: number; next: () => Promise<Partial<SnapshotReport>> } = {
    lsn: 10,
    journalBytes: 0,
    next: async () => ({ generation: 1, endVersion: around.lsn }),
  };
  const schedule = new SnapshotSchedule({
    database: {
      snapshot: () => around.next(),
      isSnapshotRunning: false,
      journal: {
        get statistics() {
          return { bytes: around.journalBytes };
        },
      },
    } as unknown as Database,
    source: { lastVersion: () => around.lsn } as unknown as SnapshotSource,
    savedLsn: 10,
    loaded: { bytes: 4_000_000, elapsedMs: 2_000 } as LoadReport,
    journalBytesMax: 100_000_000,
    log,
    isFatal: (error) => (error as Error).message === 'EIO',
    onFatal: (error) => fatal.push(error),
  });
  return Object.assign(around, { schedule, fatal });
}

test('what changed since the last snapshot is counted', async () => {
  const around = await surroundings();
  assert.equal(around.schedule.changesSinceLast, 0);
  around.lsn = 14;
  assert.equal(around.schedule.changesSinceLast, 4);
  await around.schedule.take();
  assert.equal(around.schedule.changesSinceLast, 0);
  assert.equal(around.schedule.taken, 1);
});

test('whoever joins a running snapshot does not make it count twice', async () => {
  const around = await surroundings();
  await Promise.all([around.schedule.take(), around.schedule.take()]);
  assert.equal(around.schedule.taken, 1);
});

test('a journal makes a snapshot due that the next start would read for more than ten seconds', async () => {
  const around = await surroundings();
  // The last start read 2 000 bytes per millisecond.
  around.journalBytes = 20_000_000;
  assert.equal(around.schedule.isJournalLong, false);
  around.journalBytes++;
  assert.equal(around.schedule.isJournalLong, true);
});

test('a snapshot that fails leaves the changes open; only a fatal failure ends the server', async () => {
  const around = await surroundings();
  around.lsn = 14;
  around.next = () => Promise.reject(new Error('ENOSPC'));
  await assert.rejects(around.schedule.take(), /ENOSPC/);
  assert.equal(around.schedule.changesSinceLast, 4);
  assert.equal(around.schedule.failed, 1);
  assert.equal(around.fatal.length, 0);
  around.next = () => Promise.reject(new Error('EIO'));
  await assert.rejects(around.schedule.take(), /EIO/);
  assert.equal(around.fatal.length, 1);
  await assert.rejects(around.schedule.take(true), /EIO/);
  assert.equal(around.fatal.length, 1, 'the last one is reported by the stop that asked for it');
});

test('connections leave room for the files of the database', () => {
  assert.equal(connectionsWithinOpenFiles(10_000, 1_048_576), 10_000);
  assert.equal(connectionsWithinOpenFiles(10_000, 10_128), 10_000);
  assert.equal(connectionsWithinOpenFiles(10_000, 10_127), 9_999);
  assert.equal(connectionsWithinOpenFiles(10_000, 1_024), 896);
  assert.equal(connectionsWithinOpenFiles(10_000, 64), 16);
  assert.equal(connectionsWithinOpenFiles(2, 1_024), 2);
  assert.ok(connectionsWithinOpenFiles(1) === 1, 'whatever this machine says');
});

test.run();
