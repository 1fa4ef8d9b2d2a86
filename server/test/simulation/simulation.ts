/** Runs one plan from start to end and judges it. */

import {
  checkLinearizability,
  type HistoryEntry,
  PacketSimulator,
  SeededRandom,
  SimulatedNetwork,
  VirtualClock,
} from '@anoadb/testkit';
import { addressBytes, decodeAddress } from '@anoadb/udp';
import { Attacker } from './attacker.js';
import { type Crash, DurabilityWatch, type StoredEntry } from './durability-watch.js';
import { DurableProcess } from './durable-process.js';
import { ExpiryWatch } from './expiry-watch.js';
import {
  ABSENT,
  type GroupEntry,
  type GroupOperation,
  type GroupState,
  groupModel,
} from './key-group-model.js';
import { Ledger, type LostExecution } from './ledger.js';
import type { Plan, PlannedClient, PlannedDiskEvent, PlannedEvent } from './plan.js';
import { modelText } from './request-codec.js';
import { ScriptedClient } from './scripted-client.js';
import { SimulatedKeys } from './simulated-keys.js';
import { SimulatedMachine } from './simulated-machine.js';
import { WatchedServer } from './watched-server.js';
import { WireWatch } from './wire-watch.js';

export interface Report {
  readonly violations: readonly string[];
  /** Equal hashes, equal runs: every datagram, every outcome. */
  readonly traceHash: string;
  /** Starts that found files, and those that found fewer than there had been. */
  readonly recoveries: number;
  readonly lossyRecoveries: number;
  /** Looks at expiring keys, long after they were set, that found them. */
  readonly found: readonly string[];
  readonly requests: number;
  readonly datagrams: number;
  /** What happened, line by line, where that was asked for. */
  readonly lines: readonly string[];
}

export const SERVER_ADDRESS = addressBytes('10.0.0.1', 2662);
/** Of virtual time, once the weather is fair: longer than a client waits for a server it cannot reach. */
const SETTLE_MS_MAX = 600_000;
const STEPS_MAX = 400_000;
const READER = 99;

export function simulate(plan: Plan, options: { isTraced?: boolean } = {}): Promise<Report> {
  return new Simulation(plan, options.isTraced ?? false).run();
}

class Simulation {
  readonly #plan: Plan;
  readonly #clock = new VirtualClock();
  readonly #simulator: PacketSimulator;
  readonly #network: SimulatedNetwork;
  readonly #ledger: Ledger;
  readonly #wire: WireWatch;
  readonly #attacker: Attacker;
  readonly #keys: SimulatedKeys | undefined;
  readonly #machine: SimulatedMachine | undefined;
  readonly #watch: DurabilityWatch | undefined;
  readonly #expiry: ExpiryWatch;
  readonly #losses: Loss[] = [];
  #process: DurableProcess | undefined;
  /** A promise may have been settled since promises last had their turn. */
  #hasStirred = false;
  /** No server will ever start again. */
  #isHopeless = false;
  readonly #clients: ScriptedClient[] = [];
  readonly #cures: (() => void)[] = [];
  #server: WatchedServer | undefined;
  #incarnation = 0;
  #rebinds = 0;
  #toStart = 0;
  #isOver = false;

  constructor(plan: Plan, isTraced: boolean) {
    const clock = this.#clock;
    this.#plan = plan;
    this.#keys = plan.mode === 'sealed' ? new SimulatedKeys(plan.seed) : undefined;
    this.#simulator = new PacketSimulator({
      clock,
      random: this.#randomOf(2000),
      conditions: weatherOf(plan),
    });
    this.#network = new SimulatedNetwork(this.#simulator);
    this.#ledger = new Ledger(isTraced, () => clock.nowMs);
    this.#wire = new WireWatch(this.#ledger, plan.mode);
    this.#expiry = new ExpiryWatch(this.#ledger);
    if (plan.durability !== undefined) {
      this.#watch = new DurabilityWatch(this.#ledger, plan.durability);
      this.#machine = new SimulatedMachine({
        clock,
        random: this.#randomOf(4000),
        plan: plan.durability,
        ledger: this.#ledger,
        watch: this.#watch,
        onDown: (downMs) => this.#wentDown(downMs),
        onEvent: () => {
          this.#hasStirred = true;
        },
      });
    }
    this.#attacker = new Attacker({
      network: this.#network,
      wire: this.#wire,
      ledger: this.#ledger,
      mode: plan.mode,
      serverAddress: SERVER_ADDRESS,
      random: this.#randomOf(3000),
      clientOf: (index) => this.#clients[index],
    });
  }

  async run(): Promise<Report> {
    try {
      await this.#play();
      await this.#settle();
      await this.#readAll();
      this.#judge();
    } catch (error) {
      this.#ledger.violate(
        `thrown: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      );
    }
    const outcomes = [...this.#ledger.calls.values()].map(
      (call) => `${call.tag} ${call.outcome} ${call.endedAt} ${JSON.stringify(call.results)}`,
    );
    return {
      violations: this.#ledger.violations,
      traceHash: `${this.#simulator.traceHash}${hashOf(outcomes.join('\n'))}`,
      recoveries: this.#watch?.recoveries ?? 0,
      lossyRecoveries: this.#watch?.lossyRecoveries ?? 0,
      found: this.#expiry.found,
      requests: this.#ledger.calls.size,
      datagrams: this.#simulator.counters.sent,
      lines: this.#ledger.lines,
    };
  }

  async #play(): Promise<void> {
    const { clients, events } = this.#plan;
    const clock = this.#clock;
    this.#startServer();
    clients.forEach((client, index) => {
      if (client.requests.length === 0) return;
      this.#toStart++;
      clock.at(client.startMs, () => this.#startClient(client, index));
    });
    for (const event of events) clock.at(event.atMs, () => this.#happen(event));
    const diskEvents = this.#plan.durability?.events ?? [];
    for (const event of diskEvents) clock.at(event.atMs, () => this.#happenOnDisk(event));
    const starts = clients.map((client) => client.startMs);
    const ends = [...events, ...diskEvents].map(
      (event) => event.atMs + ('downMs' in event ? event.downMs : 0),
    );
    const requests = clients.flatMap((client) => client.requests.map((request) => request.atMs));
    await this.#runUntil(Math.max(...starts, ...ends, ...requests, 0) + 1);
  }

  /** Fair weather until every request has its outcome. */
  async #settle(): Promise<void> {
    this.#machine?.cure();
    for (const cure of this.#cures) cure();
    this.#simulator.change({ loss: 0, duplication: 0, reorder: 0, corruption: 0, delayMs: 1, jitterMs: 0 });
    await this.#runUntilDone();
  }

  /** What is there at the end belongs to every history. */
  async #readAll(): Promise<void> {
    const atMs = this.#clock.nowMs;
    const requests = this.#plan.groups.map((keys, group) => ({
      atMs,
      group,
      ops: keys.map((_, key) => ({ kind: 'get' as const, key, withVersion: true })),
      isAtomic: true,
      slowMs: 0,
      cancelAfterMs: 0,
    }));
    const limits = {};
    this.#startClient({ startMs: atMs, diesAtMs: 0, addressOf: -1, windowMax: 8, limits, requests }, READER);
    await this.#runUntilDone();
  }

  async #runUntil(untilMs: number): Promise<void> {
    const clock = this.#clock;
    if (this.#machine === undefined) {
      clock.runUntil(untilMs);
      return;
    }
    await this.#settlePromises();
    while (clock.nextAtMs <= untilMs) {
      clock.step();
      await this.#settlePromises();
    }
    clock.runUntil(untilMs);
  }

  /** Lets everything run that waits for a promise, where there may be such. */
  async #settlePromises(): Promise<void> {
    if (!this.#hasStirred) return;
    this.#hasStirred = false;
    await new Promise<void>((resolve) => setImmediate(resolve));
  }

  async #runUntilDone(): Promise<void> {
    const clock = this.#clock;
    const endMs = clock.nowMs + SETTLE_MS_MAX;
    const clients = (): ScriptedClient[] => Object.values(this.#clients);
    for (
      let steps = 0;
      (!this.#isHopeless && !clients().every((client) => client.isDone)) || this.#toStart > 0;
      steps++
    ) {
      if (clock.nextAtMs > endMs || steps > STEPS_MAX) {
        const open = [...this.#ledger.calls.values()].filter((call) => call.outcome === 'open');
        const hung = open.map((call) => call.tag).join(' ');
        this.#ledger.violate(`without an outcome after ${SETTLE_MS_MAX} ms or ${STEPS_MAX} steps: ${hung}`);
        return;
      }
      clock.step();
      if (this.#hasStirred) await this.#settlePromises();
    }
  }

  #startServer(): void {
    this.#incarnation++;
    this.#ledger.trace(() => `server ${this.#incarnation} starts`);
    if (this.#machine === undefined) this.#server = this.#newServer(undefined);
    else this.#bootServer(this.#machine);
  }

  #newServer(process: DurableProcess | undefined): WatchedServer {
    return new WatchedServer({
      incarnation: this.#incarnation,
      address: SERVER_ADDRESS,
      network: this.#network,
      clock: this.#clock,
      random: this.#randomOf(1000 + this.#incarnation),
      keys: this.#keys,
      limits: this.#plan.serverLimits,
      ledger: this.#ledger,
      wire: this.#wire,
      process,
    });
  }

  /** A start that reads files takes its time, and may be cut short. */
  #bootServer(machine: SimulatedMachine): void {
    const incarnation = this.#incarnation;
    const isCurrent = (): boolean => this.#incarnation === incarnation;
    const boot = async (): Promise<void> => {
      const process = await DurableProcess.open({
        clock: this.#clock,
        ledger: this.#ledger,
        machine,
        watch: this.#watch!,
        onReleased: () => this.#server?.rearm(),
        onFatal: (error) => {
          this.#ledger.trace(() => `server ${incarnation} has to end: ${(error as Error).message}`);
          if (isCurrent()) machine.exited();
        },
      });
      if (!isCurrent()) return;
      this.#process = process;
      if (incarnation > 1) this.#ledger.restarts.push(this.#ledger.next());
      const server = this.#newServer(process);
      this.#server = server;
      const loaded = await process.load(server.core);
      if (!isCurrent()) return;
      await process.start();
      if (!isCurrent()) return;
      this.#recovered(server, process, loaded.lastVersion, machine.lastCrash);
      machine.recovered();
      process.serve(loaded.lastVersion);
      server.rearm();
    };
    this.#hasStirred = true;
    boot().catch((error: unknown) => {
      if (!isCurrent()) return;
      if (machine.disk.isCrashed) machine.crashed();
      else {
        this.#ledger.trace(() => `server ${incarnation} does not start: ${(error as Error).message}`);
        if (machine.mayFail) machine.exited();
        else {
          this.#ledger.violate(`the start was refused: ${(error as Error).stack ?? String(error)}`);
          this.#isHopeless = true;
        }
      }
    });
  }

  /** What the files brought back is judged, and where it is less than what was seen, histories go on from there. */
  #recovered(server: WatchedServer, process: DurableProcess, lsn: number, crash: Crash | undefined): void {
    const watch = this.#watch!;
    const isLossy = watch.recovered({
      store: server.core.engine.store,
      lsn,
      crash,
      nowMs: process.nowMs(),
    });
    this.#ledger.trace(() => `server ${this.#incarnation} has loaded up to LSN ${lsn}, lossy: ${isLossy}`);
    if (!isLossy) return;
    this.#expiry.mayHaveLost();
    const at = this.#ledger.restarts.at(-1)!;
    this.#losses.push({
      at,
      lost: watch.lost,
      groups: this.#plan.groups.map((keys) => keys.map(({ name }) => groupEntryOf(watch.entryOf(name)))),
    });
  }

  /** The process or the machine went down. */
  #wentDown(downMs: number): void {
    this.#ledger.trace(() => `server ${this.#incarnation} is gone`);
    this.#server?.stop(false);
    this.#server = undefined;
    this.#process?.gone();
    this.#process = undefined;
    this.#incarnation++;
    const incarnation = this.#incarnation;
    this.#clock.after(downMs, () => {
      if (this.#incarnation === incarnation) this.#startServer();
    });
    this.#hasStirred = true;
  }

  #startClient(plan: PlannedClient, index: number): void {
    if (index !== READER) this.#toStart--;
    const former = plan.addressOf < 0 ? undefined : this.#clients[plan.addressOf];
    this.#clients[index] = new ScriptedClient({
      index,
      plan,
      groups: this.#plan.groups,
      keys: this.#keys,
      address: former?.address ?? addressBytes(`10.0.1.${index + 1}`, 5000),
      serverAddress: SERVER_ADDRESS,
      network: this.#network,
      clock: this.#clock,
      random: this.#randomOf(index),
      ledger: this.#ledger,
      wire: this.#wire,
      onAnswered: (call) => this.#expiry.answered(call),
    });
  }

  /** Of its own for everybody, so that a plan without one of them leaves the others as they were. */
  #randomOf(who: number): SeededRandom {
    return new SeededRandom(Math.imul(this.#plan.seed + 1, 0x9e3779b1) ^ Math.imul(who + 1, 0x85ebca6b));
  }

  #happen(event: PlannedEvent): void {
    if (this.#isOver) return;
    switch (event.kind) {
      case 'restart':
        this.#restart(event.downMs, event.isGraceful);
        break;
      case 'hole':
        this.#dig(event);
        break;
      case 'rebind':
        this.#rebind(event.client);
        break;
      case 'attack':
        this.#attacker.attack(event.attack, event.client, event.count);
    }
  }

  #restart(downMs: number, isGraceful: boolean): void {
    const server = this.#server;
    if (server === undefined) return; // down already
    this.#server = undefined;
    server.stop(isGraceful);
    this.#ledger.trace(() => `server ${this.#incarnation} stops`);
    this.#clock.after(downMs, () => {
      this.#ledger.restarts.push(this.#ledger.next());
      this.#startServer();
    });
  }

  #happenOnDisk(event: PlannedDiskEvent): void {
    const machine = this.#machine!;
    const process = this.#process;
    if (this.#isOver) return;
    if (event.kind === 'snapshot') {
      if (process?.isServing) this.#watchPromise(process.snapshot());
    } else if (event.kind === 'lists') {
      if (process?.isServing) process.changeLists(event.seed, event.changes);
    } else if (event.kind === 'stop') {
      if (process?.isServing) this.#watchPromise(this.#stopCleanly(process, event.downMs));
    } else machine.happen(event);
  }

  async #stopCleanly(process: DurableProcess, downMs: number): Promise<void> {
    const incarnation = this.#incarnation;
    this.#server?.stop(true);
    this.#server = undefined;
    await process.stop();
    if (this.#incarnation !== incarnation) return;
    this.#ledger.trace(() => `server ${incarnation} has stopped`);
    this.#machine!.stopped();
    this.#wentDown(downMs);
  }

  #watchPromise(work: Promise<void>): void {
    this.#hasStirred = true;
    work.catch((error: unknown) =>
      this.#ledger.violate(
        `thrown: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      ),
    );
  }

  #dig(event: Extract<PlannedEvent, { kind: 'hole' }>): void {
    const client = this.#clients[event.client];
    if (client === undefined) return;
    const end = decodeAddress(client.address);
    const server = decodeAddress(SERVER_ADDRESS);
    const holes: (() => void)[] = [];
    if (event.direction !== 'toClient') holes.push(this.#simulator.blackhole({ host: end.host }, server));
    if (event.direction !== 'toServer') holes.push(this.#simulator.blackhole(server, { host: end.host }));
    const cure = (): void => {
      for (const hole of holes) hole();
    };
    this.#cures.push(cure);
    this.#ledger.trace(
      () => `a hole ${event.direction} swallows what is between client ${event.client} and server`,
    );
    this.#clock.after(event.forMs, cure);
  }

  #rebind(index: number): void {
    const client = this.#clients[index];
    if (client === undefined) return;
    const { host, port } = decodeAddress(client.address);
    this.#simulator.rebind({ host, port }, { host, port: 20_000 + this.#rebinds++ });
    this.#ledger.trace(() => `client ${index} is seen at another port`);
  }

  /** One history per group of keys, cut by nothing: a restart is an operation that empties the group. */
  #judge(): void {
    this.#isOver = true;
    this.#watch?.judgeLost();
    const ledger = this.#ledger;
    for (const call of ledger.calls.values()) {
      if (call.outcome === 'never sent' && ledger.executedAt(call) < Number.POSITIVE_INFINITY)
        ledger.violate(`${call.tag} was executed although it never left`);
    }
    this.#plan.groups.forEach((keys, group) => {
      const verdict = checkLinearizability(groupModel(keys.length), this.#historyOf(group));
      if (verdict.outcome === 'linearizable') return;
      const order = verdict.order.map((op) => (op.kind === 'restart' ? 'restart' : op.tag)).join(' ');
      ledger.violate(
        `the history of keys ${keys.map((key) => key.name).join(', ')} has no sequential explanation ` +
          `(${verdict.outcome} after ${verdict.steps} steps); the longest: ${order}`,
      );
    });
  }

  #historyOf(group: number): HistoryEntry<GroupOperation>[] {
    const ledger = this.#ledger;
    const history = this.#restartsOf(group);
    for (const call of ledger.calls.values()) {
      if (call.request.group !== group || call.outcome === 'never sent') continue;
      const isKnown = call.outcome === 'answered';
      if (!isKnown && !call.mutates) continue;
      // Never executed, or in vain, or undone before anybody could see it: no history can have it.
      const isThere =
        this.#machine === undefined ? ledger.stands(call.tag) : ledger.standsWithEffects(call.tag);
      const isSeenLost = this.#losses.some(({ lost }) => lost.some(({ tag }) => tag === call.tag));
      if (!isKnown && !isSeenLost && !isThere) continue;
      const { tag, request, versions, results } = call;
      // Given up, it may still be on its way to the server that runs, never to the next one.
      // Called when the server that knew its client was gone already: nobody can have executed it.
      if (call.endedAt < call.calledAt) continue;
      const endsAt =
        isKnown || !Number.isInteger(call.endedAt) ? call.endedAt : ledger.restartAfter(call.endedAt);
      const operation: GroupOperation = {
        kind: 'request',
        tag,
        request,
        versions,
        results: isKnown ? results : undefined,
      };
      let { calledAt } = call;
      for (const loss of this.#losses) {
        const lost = loss.lost.find((execution) => execution.tag === tag);
        if (lost === undefined || call.endedAt < loss.at || !ledger.stands(tag)) continue;
        // Undone by the crash and executed anew: others may have seen it the first time too.
        const seen: GroupOperation = { ...operation, results: undefined };
        history.push({ operation: seen, calledAt, endsAt: loss.at - 0.5, isOptional: true, hint: lost.at });
        calledAt = loss.at + 0.25;
      }
      history.push({
        operation,
        calledAt,
        endsAt: isKnown || !Number.isInteger(endsAt) ? endsAt : endsAt - 0.5,
        isOptional: !isKnown,
        hint: ledger.executedAt(call),
      });
    }
    return history;
  }

  /** Without files every restart is an operation of its own, with files only one that lost something. */
  #restartsOf(group: number): HistoryEntry<GroupOperation>[] {
    const once = (at: number, operation: GroupOperation): HistoryEntry<GroupOperation> => ({
      operation,
      calledAt: at,
      endsAt: at,
      isOptional: false,
      hint: at,
    });
    if (this.#machine === undefined)
      return this.#ledger.restarts.map((at, i) => once(at, { kind: 'restart', incarnation: i + 2 }));
    return this.#losses.map(({ at, groups }, i) =>
      once(at, { kind: 'restart', incarnation: i + 2, recovered: groups[group] }),
    );
  }
}

/** What a crash took that had been seen. */
interface Loss {
  /** Event number of the start that found it gone. */
  readonly at: number;
  readonly lost: readonly LostExecution[];
  /** What was left, by group. */
  readonly groups: readonly GroupState[];
}

function groupEntryOf(entry: StoredEntry | undefined): GroupEntry {
  if (entry === undefined) return ABSENT;
  const bytes = Uint8Array.from(entry.value, (character) => character.charCodeAt(0));
  return { value: modelText(entry.type, bytes, 0, bytes.length), version: entry.version };
}

/** UDP's checksum finds what the path corrupts, and open mode has nothing else: there it is a loss. */
function weatherOf(plan: Plan): Plan['weather'] {
  if (plan.mode === 'sealed') return plan.weather;
  const { loss = 0, corruption = 0 } = plan.weather;
  return { ...plan.weather, loss: Math.min(1, loss + corruption), corruption: 0 };
}

function hashOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
