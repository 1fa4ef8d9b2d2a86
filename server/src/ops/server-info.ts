/** What INFO, stats and metrics of the TCP doors say of the process and of what is around the engine. */

import os from 'node:os';
import type { DatagramSocket } from '@anoadb/udp';
import type { Settings } from '../config/load-settings.js';
import type { DatagramPort } from '../doors/datagram/datagram-port.js';
import type { ServerInfo } from '../doors/stream/stream-services.js';
import type { Engine } from '../engine/engine.js';
import type { Database, GroupCommit, LoadReport } from '../persistence/index.js';
import type { EventLoopDelay } from './event-loop-delay.js';

export interface ServerInfoSources {
  readonly settings: Settings;
  readonly version: string;
  /** Wall clock. */
  readonly startedAtMs: number;
  readonly engine: Engine;
  readonly port: DatagramPort;
  readonly socket: DatagramSocket;
  readonly database: Database;
  readonly groupCommit: GroupCommit;
  readonly eventLoopDelay: EventLoopDelay;
  /** Undefined while the server loads. */
  readonly loaded: LoadReport | undefined;
}

export function serverInfo(sources: ServerInfoSources): ServerInfo {
  const { engine, port, socket, database, groupCommit } = sources;
  const { passphrase: _, ...settings } = sources.settings;
  const memory = process.memoryUsage();
  const cpu = process.cpuUsage();
  const transport = port.endpoint.counters();
  const datagrams = socket.counters();
  const { journal } = database;
  const { loaded } = sources;
  return {
    version: sources.version,
    mode: port.mode,
    processId: process.pid,
    nodeVersion: process.versions.node,
    operatingSystem: `${os.type()} ${os.release()} ${os.machine()}`,
    executable: process.execPath,
    startedAtMs: sources.startedAtMs,
    databaseUuid: database.uuid,
    host: socket.local.host,
    port: socket.local.port,
    accessKeyCount: port.accessKeyCount,
    settings,
    residentBytes: memory.rss,
    heapBytes: memory.heapUsed,
    systemMemoryBytes: os.totalmem(),
    cpuUserSeconds: cpu.user / 1e6,
    cpuSystemSeconds: cpu.system / 1e6,
    journal: {
      isOn: journal.isOn,
      isFull: engine.refusesWrites,
      fileBytes: journal.statistics.bytes,
      queuedBytes: groupCommit.queuedBytes,
      syncs: journal.statistics.syncs,
      releasedLsn: groupCommit.releasedLsn,
    },
    datagrams: {
      sessions: transport.sessions,
      sessionsOpened: transport.sessionsOpened,
      bytesIn: datagrams.bytesIn,
      bytesOut: datagrams.bytesOut,
    },
    eventLoop: sources.eventLoopDelay.summary(),
    loadedEntries: loaded?.entries ?? 0,
    loadedInMs: Math.round(loaded?.elapsedMs ?? 0),
  };
}
