/**
 * `anoa serve`: one server in this process, with its log, signals and exit codes.
 *
 *   0 stopped cleanly   2 bad setting   65 damage   66 key   69 port   70 defect   74 I/O   75 locked
 */

import { constants } from 'node:os';
import { performance } from 'node:perf_hooks';
import { loadSettings, type SettingSources } from './config/load-settings.js';
import { type Logger, openLog } from './ops/log.js';
import { type RunningServer, type StopOptions, startServer } from './server.js';

const EXIT_DEFECT = 70;
const EXIT_IO = 74;
/** Ctrl-C under npm arrives twice, from the terminal and from npm: that is one wish, not impatience. */
const SAME_SIGNAL_MS = 500;
const DEFAULT_PORT = 2662;

/**
 * Runs until a signal stops it. Rejects with an error that has an `exitCode` where it cannot start; once it runs,
 * it ends the process itself.
 */
export async function serve(sources: SettingSources = {}): Promise<void> {
  const { settings, warnings } = await loadSettings(sources);
  const log = await openLog(settings);
  for (const warning of warnings) log.warn(warning);

  let server: RunningServer | undefined;
  let stoppingSinceMs: number | undefined;
  const stop = async (exitCode: number, options?: StopOptions): Promise<void> => {
    stoppingSinceMs = performance.now();
    try {
      await server?.stop(options);
    } catch (error) {
      // What failed is in the log already.
      process.exit(exitCodeOf(error) ?? EXIT_IO);
    }
    log.info('stopped');
    process.exit(exitCode);
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    const exitCode = 128 + constants.signals[signal];
    // While still starting there is nothing to save.
    if (server === undefined) process.exit(exitCode);
    if (stoppingSinceMs === undefined) {
      log.info({ signal }, 'stopping: taking the last snapshot (again to end at once)');
      void stop(0);
    } else if (performance.now() - stoppingSinceMs > SAME_SIGNAL_MS) {
      process.exit(exitCode);
    }
  };
  // A closed terminal (SIGHUP) must not cost data either.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, onSignal);
  // A log that nobody reads any more (`npm start | head`) is no reason to end.
  process.stderr.on('error', () => {});
  process.on('uncaughtException', (error) => crash(log, error));
  process.on('unhandledRejection', (error) => crash(log, error));

  server = await startServer(settings, {
    log,
    onFatal: (error) => {
      log.fatal({ err: error }, 'the files cannot be trusted any more; ending');
      process.exit(exitCodeOf(error) ?? EXIT_IO);
    },
    onShutdown: (options) => {
      if (stoppingSinceMs !== undefined) return;
      log.info({ ...options }, 'stopping: a client has asked for it');
      void stop(0, options);
    },
  });
  announce(log, server, settings.dataDir);
}

function announce(log: Logger, server: RunningServer, dataDir: string): void {
  const host = server.host.includes(':') ? `[${server.host}]` : server.host;
  const address = `${host}:${server.port}`;
  log.info(
    {
      address,
      mode: server.mode,
      accessKeys: server.accessKeyCount,
      udp: server.udpKind,
      tcp: server.tcpKind,
      crypto: server.cryptoNames,
      entries: server.loaded.entries,
      loadedInMs: Math.round(server.loaded.elapsedMs),
      dataDir,
    },
    `ready on UDP ${server.tcpKind === 'off' ? '' : 'and TCP '}${address}`,
  );
  if (server.mode === 'sealed') {
    if (server.accessKeyCount === 0) {
      log.warn('sealed, and no access key is left: nobody can come in until `anoa key create` makes one');
    }
    return;
  }
  log.warn(
    'open mode: there are no access keys, so every program on this machine can read and write; `anoa key create` seals it',
  );
  const isDefault = address === `127.0.0.1:${DEFAULT_PORT}`;
  log.info(`try: ${isDefault ? '' : `ANOA_URL=anoa://${address} `}npx anoa set hello world`);
}

/**
 * A defect of ours: the state in memory may be wrong, so no snapshot is taken of it and the process ends. The
 * last snapshot stays as it is.
 */
function crash(log: Logger, error: unknown): void {
  log.fatal({ err: error }, 'a defect of the server; ending without a snapshot. Please report this.');
  process.exit(EXIT_DEFECT);
}

function exitCodeOf(error: unknown): number | undefined {
  const exitCode = (error as { exitCode?: unknown } | null)?.exitCode;
  return typeof exitCode === 'number' ? exitCode : undefined;
}
