/** Defects of everything between an acknowledgement and the disk, which the simulation must find (planting.ts). */

import { ServerEndpoint } from '@anoadb/transport';
import { Engine } from '../../src/engine/engine.js';
import { LoadingLists } from '../../src/ops/loading-lists.js';
import { GroupCommit } from '../../src/persistence/group-commit.js';
import { JournalLink } from '../../src/persistence/journal/journal-link.js';
import type { JournalListener } from '../../src/persistence/journal/journal-types.js';
import { JournalWorker } from '../../src/persistence/journal/journal-worker.js';
import { SegmentReader } from '../../src/persistence/journal/segment-reader.js';
import { SegmentWriter } from '../../src/persistence/journal/segment-writer.js';
import { RecordLoad } from '../../src/persistence/record-load.js';
import { SnapshotWalk } from '../../src/persistence/snapshot-walk.js';
import { MemoryDisk } from '../persistence-memory-disk.js';
import type { Plan, PlannedDiskEvent, PlannedDurability } from './plan.js';
import { all, type PlantedDefect, replace } from './planting.js';
import { storageCrypto } from './simulated-machine.js';

const LOST = /was acknowledged and is gone|was acknowledged .* everysec/;
const GONE_OR_REFUSED = /is gone|the start was refused|in the place of|no sequential explanation/;

export const plantedDurability: readonly PlantedDefect[] = [
  {
    name: 'a write is acknowledged before it is synced',
    found: LOST,
    mode: 'open',
    seedsMax: 60,
    bend: (plan) => withDisk(plan, { policy: 'always' }, powerCuts(plan)),
    plant: () => {
      const listeners = new WeakMap<JournalLink, JournalListener>();
      return all(
        replace(
          JournalLink,
          'listen',
          (listen) =>
            function (this: JournalLink, listener) {
              listeners.set(this, listener);
              listen.call(this, listener);
            },
        ),
        replace(
          JournalLink,
          'append',
          (append) =>
            function (this: JournalLink, ...given) {
              append.apply(this, given);
              const lastLsn = given[3];
              this.writtenLsn = this.durableLsn = lastLsn;
              listeners.get(this)?.onDurable(lastLsn);
            },
        ),
      );
    },
  },
  {
    name: 'a write is acknowledged before it is written',
    found: LOST,
    mode: 'open',
    seedsMax: 60,
    bend: (plan) => withDisk(plan, {}, manyKills(plan)),
    plant: () => replaceGetter(GroupCommit, 'releasedLsn', (journal) => journal.lastLsn),
  },
  {
    name: 'a sync is left out now and then',
    found: LOST,
    mode: 'open',
    seedsMax: 60,
    bend: (plan) => withDisk(plan, { policy: 'always' }, powerCuts(plan)),
    plant: () => {
      let syncs = 0;
      return replace(
        SegmentWriter,
        'sync',
        (sync) =>
          function (this: SegmentWriter) {
            if (++syncs % 3 !== 0) sync.call(this);
          },
      );
    },
  },
  {
    name: 'a sync that failed is tried again, and believed',
    found: LOST,
    mode: 'open',
    seedsMax: 60,
    bend: (plan) => withDisk(plan, { policy: 'always' }, brokenSyncs(plan)),
    plant: () =>
      replace(
        SegmentWriter,
        'sync',
        (sync) =>
          function (this: SegmentWriter) {
            try {
              sync.call(this);
            } catch {
              sync.call(this);
            }
          },
      ),
  },
  {
    name: 'everysec never syncs',
    found: /everysec/,
    mode: 'open',
    seedsMax: 150,
    bend: (plan) =>
      withDisk(plan, { policy: 'everysec', syncMs: 0.05, segmentBytesMax: 100_000 }, lateCut(plan)),
    plant: () => replace(JournalWorker, 'tick', () => () => undefined),
  },
  {
    name: 'directories are not synced',
    found: GONE_OR_REFUSED,
    mode: 'open',
    seedsMax: 60,
    plant: () => replace(MemoryDisk, 'syncDirectory', () => () => undefined),
  },
  {
    name: 'MANIFEST is renamed into place before it is synced',
    found: GONE_OR_REFUSED,
    mode: 'open',
    seedsMax: 60,
    plant: () => {
      const paths = new WeakMap<MemoryDisk, Map<number, string>>();
      return all(
        replace(
          MemoryDisk,
          'createToWrite',
          (create) =>
            function (this: MemoryDisk, path, mode) {
              const handle = create.call(this, path, mode);
              const known = paths.get(this) ?? new Map<number, string>();
              paths.set(this, known.set(handle, path));
              return handle;
            },
        ),
        replace(
          MemoryDisk,
          'sync',
          (sync) =>
            function (this: MemoryDisk, handle) {
              if (!paths.get(this)?.get(handle)?.endsWith('MANIFEST.new')) sync.call(this, handle);
            },
        ),
      );
    },
  },
  {
    name: 'a short write is taken for a whole one',
    found: GONE_OR_REFUSED,
    mode: 'open',
    seedsMax: 60,
    bend: (plan) => withDisk(plan, { hasShortTransfers: true }),
    plant: () =>
      replace(
        MemoryDisk,
        'write',
        (write) =>
          function (this: MemoryDisk, ...given) {
            write.apply(this, given);
            return given[3] - given[2];
          },
      ),
  },
  {
    name: 'a frame that a full disk took in part is left as it is',
    found: GONE_OR_REFUSED,
    mode: 'open',
    seedsMax: 100,
    bend: (plan) => withDisk(plan, {}, fullDisks(plan)),
    plant: () =>
      replace(
        SegmentWriter,
        'finish',
        (finish) =>
          function (this: SegmentWriter) {
            try {
              finish.call(this);
            } catch (error) {
              if (!/ENOSPC/.test(String(error))) throw error;
            }
          },
      ),
  },
  {
    name: 'a nonce is used again: every frame has index 0, and what should tell them apart is constant',
    found: /under one key and nonce/,
    mode: 'open',
    seedsMax: 60,
    plant: () => {
      const { hmacSha256 } = storageCrypto;
      storageCrypto.hmacSha256 = () => new Uint8Array(32);
      return all(
        () => {
          storageCrypto.hmacSha256 = hmacSha256;
        },
        replace(
          SegmentWriter,
          'append',
          (append) =>
            function (this: SegmentWriter, ...given) {
              this.frames = 0;
              append.apply(this, given);
            },
        ),
      );
    },
  },
  {
    name: 'marks are not journalled: a retry across a restart is executed once more',
    found: /took effect 2 times/,
    mode: 'open',
    seedsMax: 100,
    plant: () => replace(GroupCommit, 'mark', () => () => undefined),
  },
  {
    name: 'a mark stands in another frame than its effects',
    found: /took effect 2 times/,
    mode: 'open',
    seedsMax: 300,
    bend: (plan) => withDisk(plan, {}, manyKills(plan)),
    plant: () =>
      replace(
        GroupCommit,
        'commit',
        (commit) =>
          function (this: GroupCommit) {
            commit.call(this);
            this.flushAll();
          },
      ),
  },
  {
    name: 'snapshots forget marks, and the journal that had them goes',
    found: /took effect 2 times/,
    mode: 'open',
    seedsMax: 300,
    bend: (plan) => withDisk(plan, {}, [...snapshots(plan), ...manyKills(plan)]),
    plant: () =>
      replace(
        ServerEndpoint,
        'walkHistory',
        (walk) =>
          function (this: ServerEndpoint, target) {
            return walk.call(this, { session: target.session.bind(target), mark: () => undefined });
          },
      ),
  },
  {
    name: 'a read shows what a crash can still undo',
    found: /no sequential explanation/,
    mode: 'open',
    seedsMax: 300,
    bend: (plan) => hotKey(withDisk(plan, { policy: 'always', syncMs: 40 }, manyKills(plan))),
    plant: () =>
      all(
        replace(Engine, 'restOn', () => () => undefined),
        replace(Engine, 'restOnAll', () => () => undefined),
      ),
  },
  {
    name: 'an expiry that was seen is not journalled: with the clock set back the key is there again',
    found: /which should be gone|found it again/,
    mode: 'open',
    seedsMax: 300,
    bend: clockBackBehindExpiry,
    plant: () =>
      replace(
        GroupCommit,
        'remove',
        (remove) =>
          function (this: GroupCommit, ...given) {
            const [bytes, keyStart] = given;
            if (bytes[keyStart] !== 'x'.charCodeAt(0)) remove.apply(this, given);
          },
      ),
  },
  {
    name: 'a snapshot claims one write more than it has',
    found: GONE_OR_REFUSED,
    mode: 'open',
    seedsMax: 100,
    bend: (plan) => withDisk(plan, {}, [...snapshots(plan), ...manyKills(plan)]),
    plant: () =>
      replace(
        SnapshotWalk,
        'run',
        (run) =>
          async function (this: SnapshotWalk) {
            return (await run.call(this)) + 1;
          },
      ),
  },
  {
    name: 'a snapshot misses what is written behind its walk',
    found: GONE_OR_REFUSED,
    mode: 'open',
    seedsMax: 100,
    bend: overwrittenUnderSnapshots,
    plant: () => replace(SnapshotWalk, 'put', () => () => undefined),
  },
  {
    name: 'recovery leaves out the last frame of the journal',
    found: GONE_OR_REFUSED,
    mode: 'open',
    seedsMax: 60,
    plant: () =>
      replace(
        SegmentReader,
        'next',
        (next) =>
          function (this: SegmentReader) {
            return next.call(this) && this.frameEnd < this.fileBytes;
          },
      ),
  },
  {
    name: 'what is removed from a list is journalled as the elements before it',
    found: GONE_OR_REFUSED,
    mode: 'open',
    seedsMax: 60,
    bend: (plan) => withDisk(plan, {}, [...changedLists(plan), ...manyKills(plan)]),
    plant: () =>
      replace(
        GroupCommit,
        'splice',
        (splice) =>
          function (this: GroupCommit, ref, at, removed, inserted) {
            splice.call(this, ref, Math.max(0, at - (inserted === 0 ? 1 : 0)), removed, inserted);
          },
      ),
  },
  {
    name: 'a snapshot does not hear of what is put into a list',
    found: GONE_OR_REFUSED,
    mode: 'open',
    seedsMax: 60,
    bend: listsUnderSnapshots,
    plant: () => replace(SnapshotWalk, 'splice', () => () => undefined),
  },
  {
    name: 'changes that do not fit their list are passed over where the journal is read',
    found: /in the place of/,
    mode: 'open',
    seedsMax: 60,
    bend: (plan) => withDisk(plan, {}, [...changedLists(plan), ...manyKills(plan)]),
    plant: () => {
      let splices = 0;
      return all(
        replace(
          GroupCommit,
          'splice',
          (splice) =>
            function (this: GroupCommit, ...given) {
              if (++splices % 5 !== 0) splice.apply(this, given);
            },
        ),
        replace(
          LoadingLists,
          'splice',
          (splice) =>
            function (this: LoadingLists, ...given) {
              splice.apply(this, given);
              return true;
            },
        ),
      );
    },
  },
  {
    name: 'what the last frame before a snapshot did to lists is done once more',
    found: GONE_OR_REFUSED,
    mode: 'open',
    seedsMax: 60,
    bend: (plan) =>
      withDisk(plan, { segmentBytesMax: 100_000 }, [
        ...changedLists(plan),
        ...snapshots(plan),
        ...manyKills(plan),
      ]),
    plant: () =>
      replace(
        RecordLoad,
        'apply',
        (apply) =>
          function (this: RecordLoad, records, start, end) {
            apply.call(this, records, start, end);
            // Every record twice, as a frame would be that the snapshot has already.
            apply.call(this, records, start, end);
          },
      ),
  },
];

function withDisk(
  plan: Plan,
  change: Partial<PlannedDurability>,
  more: readonly PlannedDiskEvent[] = [],
): Plan {
  const durability = { ...plan.durability!, ...change };
  const events = [...durability.events, ...more].sort((a, b) => a.atMs - b.atMs);
  return { ...plan, durability: { ...durability, events } };
}

/** Moments spread over the requests of a plan. */
function moments(plan: Plan, count: number): number[] {
  const atMs = plan.clients
    .flatMap((client) => client.requests.map((request) => request.atMs))
    .sort((a, b) => a - b);
  return Array.from(
    { length: count },
    (_, i) => atMs[Math.floor(((i + 1) * atMs.length) / (count + 2))] ?? 100,
  );
}

function crash(atMs: number, isPowerCut: boolean, afterCalls: number): PlannedDiskEvent {
  return { kind: 'crash', atMs, isPowerCut, afterCalls, how: 'crash-after', downMs: 0 };
}

/** At moments at which answers have just left. */
function powerCuts(plan: Plan): PlannedDiskEvent[] {
  return moments(plan, 8).map((atMs, i) => crash(atMs + 3 * i, true, i % 3));
}

function manyKills(plan: Plan): PlannedDiskEvent[] {
  return moments(plan, 4).map((atMs, i) => crash(atMs, i % 2 === 0, 1 + i));
}

function lateCut(plan: Plan): PlannedDiskEvent[] {
  const last = Math.max(...plan.clients.flatMap((client) => client.requests.map((request) => request.atMs)));
  return [crash(last + 6000, true, 0)];
}

function brokenSyncs(plan: Plan): PlannedDiskEvent[] {
  return moments(plan, 3).flatMap((atMs) => [
    { kind: 'broken' as const, atMs, call: 'sync' as const },
    crash(atMs + 300, true, 0),
  ]);
}

function fullDisks(plan: Plan): PlannedDiskEvent[] {
  return moments(plan, 2).flatMap((atMs) => [
    { kind: 'full' as const, atMs, forMs: 2500, freeBytes: 100 },
    crash(atMs + 3000, false, 0),
  ]);
}

/** Bursts of changes all over a plan. */
function changedLists(plan: Plan): PlannedDiskEvent[] {
  return moments(plan, 8).map((atMs, i) => ({
    kind: 'lists',
    atMs: atMs + i,
    seed: plan.seed + i,
    changes: 20,
  }));
}

/** Changes at the very moments at which snapshots are written, then the end of the process. */
function listsUnderSnapshots(plan: Plan): Plan {
  const lists = (atMs: number): PlannedDiskEvent => ({
    kind: 'lists',
    atMs,
    seed: plan.seed * 1000 + Math.floor(atMs * 10),
    changes: 12,
  });
  const events = moments(plan, 4).flatMap((atMs) => [
    lists(atMs),
    { kind: 'snapshot' as const, atMs: atMs + 1 },
    ...Array.from({ length: 20 }, (_, i) => lists(atMs + 1 + i * 0.1)),
    crash(atMs + 200, false, 0),
  ]);
  return withDisk(plan, { syncMs: 0.05, writeMs: 0.01 }, events);
}

function snapshots(plan: Plan): PlannedDiskEvent[] {
  return moments(plan, 6).map((atMs) => ({ kind: 'snapshot' as const, atMs: atMs + 3 }));
}

/** A key expires, is seen missing, the clock is set back, the process killed, and the key looked for again. */
function clockBackBehindExpiry(plan: Plan): Plan {
  const requests = [
    { atMs: 1000, ops: [{ kind: 'expiring' as const, key: 0, ttlMs: 900 }] },
    { atMs: 2300, ops: [{ kind: 'look' as const, key: 0 }] },
    { atMs: 3100, ops: [{ kind: 'look' as const, key: 0 }] },
  ].map((request) => ({ ...request, group: 0, isAtomic: false, slowMs: 0, cancelAfterMs: 0 }));
  const client = { startMs: 0, diesAtMs: 0, addressOf: -1, windowMax: 8, limits: {}, requests };
  const events: PlannedDiskEvent[] = [
    { kind: 'clock', atMs: 3000, skewMs: -86_400_000 },
    crash(3010, false, 0),
  ];
  return { ...plan, clients: [client], events: [], durability: { ...plan.durability!, events } };
}

/** A few keys are overwritten all the time while snapshots follow each other; then the process is killed. */
function overwrittenUnderSnapshots(plan: Plan): Plan {
  const keys = Array.from({ length: 6 }, (_, i) => ({ name: `k${i}`, kind: 'register' as const }));
  const requests = Array.from({ length: 120 }, (_, i) => ({
    atMs: 500 + i,
    group: 0,
    ops: [{ kind: 'set' as const, key: (i * 5) % keys.length, condition: 'none' as const, bytes: 0 }],
    isAtomic: false,
    slowMs: 0,
    cancelAfterMs: 0,
  }));
  const client = { startMs: 0, diesAtMs: 0, addressOf: -1, windowMax: 256, limits: {}, requests };
  const events: PlannedDiskEvent[] = [510, 540, 570, 600].map((atMs) => ({ kind: 'snapshot', atMs }));
  events.push(crash(700, false, 0));
  const weather = { loss: 0, delayMs: 1 };
  const durability = { ...plan.durability!, syncMs: 0.05, events };
  return { ...plan, clients: [client], events: [], weather, groups: [keys], serverLimits: {}, durability };
}

/** Everybody writes and reads one key all the time. */
function hotKey(plan: Plan): Plan {
  const clients = plan.clients.map((client, index) => ({
    ...client,
    requests: client.requests.map((request, i) => ({
      ...request,
      group: 0,
      isAtomic: false,
      ops: [
        (i + index) % 2 === 0
          ? { kind: 'get' as const, key: 0, withVersion: false }
          : { kind: 'set' as const, key: 0, condition: 'none' as const, bytes: 0 },
      ],
    })),
  }));
  return { ...plan, clients, groups: [[{ name: 'hot', kind: 'register' }]] };
}

/** As `replace`, for a getter. */
function replaceGetter<Instance extends object, Name extends keyof Instance & string>(
  of: { prototype: Instance },
  name: Name,
  get: (self: Instance) => Instance[Name],
): () => void {
  const original = Object.getOwnPropertyDescriptor(of.prototype, name)!;
  Object.defineProperty(of.prototype, name, {
    configurable: true,
    get(this: Instance) {
      return get(this);
    },
  });
  return () => void Object.defineProperty(of.prototype, name, original);
}
