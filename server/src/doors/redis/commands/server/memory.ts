import { ValueType } from '@anoadb/protocol';
import type { RedisCall } from '../../redis-call.js';
import type { RedisClient } from '../../redis-client.js';
import { RedisError } from '../../redis-errors.js';

/** SAMPLES is checked and not needed: a list knows how many bytes its elements have. */
export function memoryUsage({ reply, server: { engine } }: RedisClient, call: RedisCall): void {
  const refusal = samplesRefusal(call);
  if (refusal !== undefined) {
    reply.error(refusal);
    return;
  }
  const { store } = engine;
  const ref = engine.findKey(call.bytes, call.starts[2], call.ends[2]);
  if (ref === 0) reply.nullBulk();
  else if (store.typeOf(ref) === ValueType.LIST)
    reply.integer(store.parts.sizeOf(ref) + store.lists.bytesOf(ref));
  else reply.integer(store.parts.sizeOf(ref));
}

function samplesRefusal(call: RedisCall): string | undefined {
  for (let i = 3; i < call.count; i += 2) {
    if (!call.isWord(i, 'samples') || i + 1 === call.count) return RedisError.SYNTAX;
    const samples = call.integer(i + 1);
    if (samples === undefined) return RedisError.NOT_AN_INTEGER;
    if (samples < 0) return RedisError.SYNTAX;
  }
  return undefined;
}

export function memoryDoctor({ reply, server: { engine } }: RedisClient): void {
  const { fragmentationRatio, usedBytes } = engine.store.memory();
  const findings: string[] = [];
  if (fragmentationRatio > 1.5 && usedBytes > 64 * 1024 * 1024)
    findings.push(
      `The arena holds ${fragmentationRatio.toFixed(2)} times the bytes that entries use. It is tidied up in the background while clients write.`,
    );
  if (engine.store.counters.refused > 0)
    findings.push(`${engine.store.counters.refused} writes were refused because memory was full.`);
  reply.verbatim(findings.length === 0 ? 'Nothing is wrong with memory.' : findings.join('\n'));
}

/** Segments that nothing lies in are given back by themselves. */
export function memoryPurge({ reply }: RedisClient): void {
  reply.ok();
}

export function memoryStats({ reply, server }: RedisClient): void {
  const memory = server.engine.store.memory();
  const info = server.services.serverInfo();
  const overheadBytes = memory.usedBytes - memory.liveBytes;
  const numbers: readonly (readonly [string, number])[] = [
    ['peak.allocated', memory.peakBytes],
    ['total.allocated', memory.usedBytes],
    ['replication.backlog', 0],
    ['clients.slaves', 0],
    ['aof.buffer', info.journal.queuedBytes],
    ['overhead.total', overheadBytes],
    ['keys.count', memory.entries],
    ['keys.bytes-per-key', memory.entries === 0 ? 0 : Math.floor(memory.usedBytes / memory.entries)],
    ['dataset.bytes', memory.liveBytes],
    ['allocator.allocated', memory.liveBytes],
    ['allocator.active', memory.arenaBytes],
    ['allocator.resident', info.residentBytes],
  ];
  const ratios: readonly (readonly [string, number])[] = [
    ['dataset.percentage', (100 * memory.liveBytes) / memory.usedBytes],
    ['peak.percentage', (100 * memory.usedBytes) / memory.peakBytes],
    ['allocator-fragmentation.ratio', memory.fragmentationRatio],
    ['fragmentation', info.residentBytes / memory.usedBytes],
  ];
  reply.map(numbers.length + ratios.length);
  for (const [name, value] of numbers) {
    reply.bulkText(name);
    reply.integer(value);
  }
  for (const [name, value] of ratios) {
    reply.bulkText(name);
    reply.double(String(value));
  }
}
