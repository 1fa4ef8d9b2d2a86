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
import { type GroupOperation, groupModel } from './key-group-model.js';
import { Ledger } from './ledger.js';
import type { Plan, PlannedClient, PlannedEvent } from './plan.js';
import { ScriptedClient } from './scripted-client.js';
import { SimulatedKeys } from './simulated-keys.js';
import { WatchedServer } from './watched-server.js';
import { WireWatch } from './wire-watch.js';

export interface Report {
  readonly violations: readonly string[];
  /** Equal hashes, equal runs: every datagram, every outcome. */
  readonly traceHash: string;
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

export function simulate(plan: Plan, options: { isTraced?: boolean } = {}): Report {
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

  run(): Report {
    try {
      this.#play();
      this.#settle();
      this.#readAll();
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
      requests: this.#ledger.calls.size,
      datagrams: this.#simulator.counters.sent,
      lines: this.#ledger.lines,
    };
  }

  #play(): void {
    const { clients, events } = this.#plan;
    const clock = this.#clock;
    this.#startServer();
    clients.forEach((client, index) => {
      if (client.requests.length === 0) return;
      this.#toStart++;
      clock.at(client.startMs, () => this.#startClient(client, index));
    });
    for (const event of events) clock.at(event.atMs, () => this.#happen(event));
    const starts = clients.map((client) => client.startMs);
    const ends = events.map((event) => event.atMs + ('downMs' in event ? event.downMs : 0));
    const requests = clients.flatMap((client) => client.requests.map((request) => request.atMs));
    clock.runUntil(Math.max(...starts, ...ends, ...requests, 0) + 1);
  }

  /** Fair weather until every request has its outcome. */
  #settle(): void {
    for (const cure of this.#cures) cure();
    this.#simulator.change({ loss: 0, duplication: 0, reorder: 0, corruption: 0, delayMs: 1, jitterMs: 0 });
    this.#runUntilDone();
  }

  /** What is there at the end belongs to every history. */
  #readAll(): void {
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
    this.#runUntilDone();
  }

  #runUntilDone(): void {
    const clock = this.#clock;
    const endMs = clock.nowMs + SETTLE_MS_MAX;
    const clients = (): ScriptedClient[] => Object.values(this.#clients);
    for (let steps = 0; !clients().every((client) => client.isDone) || this.#toStart > 0; steps++) {
      if (clock.nextAtMs > endMs || steps > STEPS_MAX) {
        const open = [...this.#ledger.calls.values()].filter((call) => call.outcome === 'open');
        const hung = open.map((call) => call.tag).join(' ');
        this.#ledger.violate(`without an outcome after ${SETTLE_MS_MAX} ms or ${STEPS_MAX} steps: ${hung}`);
        return;
      }
      clock.step();
    }
  }

  #startServer(): void {
    this.#incarnation++;
    this.#ledger.trace(() => `server ${this.#incarnation} starts`);
    this.#server = new WatchedServer({
      incarnation: this.#incarnation,
      address: SERVER_ADDRESS,
      network: this.#network,
      clock: this.#clock,
      random: this.#randomOf(1000 + this.#incarnation),
      keys: this.#keys,
      limits: this.#plan.serverLimits,
      ledger: this.#ledger,
      wire: this.#wire,
    });
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
    const history: HistoryEntry<GroupOperation>[] = ledger.restarts.map((at, i) => ({
      operation: { kind: 'restart', incarnation: i + 2 },
      calledAt: at,
      endsAt: at,
      isOptional: false,
      hint: at,
    }));
    for (const call of ledger.calls.values()) {
      if (call.request.group !== group || call.outcome === 'never sent') continue;
      const isKnown = call.outcome === 'answered';
      if (!isKnown && !call.mutates) continue;
      const { tag, request, versions, results, calledAt } = call;
      // Given up, it may still be on its way to the server that runs, never to the next one.
      // Called when the server that knew its client was gone already: nobody can have executed it.
      if (call.endedAt < calledAt) continue;
      const endsAt =
        isKnown || !Number.isInteger(call.endedAt) ? call.endedAt : ledger.restartAfter(call.endedAt);
      history.push({
        operation: { kind: 'request', tag, request, versions, results: isKnown ? results : undefined },
        calledAt,
        endsAt: isKnown || !Number.isInteger(endsAt) ? endsAt : endsAt - 0.5,
        isOptional: !isKnown,
        hint: ledger.executedAt(call),
      });
    }
    return history;
  }
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
