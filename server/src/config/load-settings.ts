/**
 * Settings from flags, then environment, then config file, then defaults: the first that names a setting wins,
 * and each effective value keeps where it came from.
 */

import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { formatDurationMs, formatSizeBytes } from '@anoadb/protocol/quantity';
import {
  otherVariables,
  type SettingInfo,
  type SettingName,
  settingNames,
  settingTable,
} from './setting-table.js';

/** What the server runs with. Sizes in bytes, durations in milliseconds; 0 = no limit, or off. */
export interface Settings {
  readonly host: string;
  readonly port: number;
  readonly tcp: 'on' | 'off' | 'plain';
  readonly maxClients: number;
  /** Both or none: with them the TCP port speaks TLS only. */
  readonly tlsCertFile: string | undefined;
  readonly tlsKeyFile: string | undefined;
  readonly dataDir: string;
  readonly keyFile: string;
  readonly passphrase: string | undefined;
  readonly maxMemoryBytes: number;
  readonly eviction: 'refuse' | 'sieve' | 'sieve-ttl';
  readonly maxValueBytes: number;
  readonly hasJournal: boolean;
  readonly fsync: 'always' | 'everysec' | 'no';
  readonly journalSizeBytes: number;
  readonly snapshotIntervalMs: number;
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';
  readonly logFormat: 'auto' | 'pretty' | 'json';
}

/** One line of `anoa config`. */
export interface EffectiveSetting {
  readonly name: SettingName;
  /** As a person would write it; `********` for a secret. */
  readonly shown: string;
  /** `default`, `flag --port`, `environment ANOA_PORT`, `config file /etc/anoa.json`. */
  readonly origin: string;
}

export interface LoadedSettings {
  readonly settings: Settings;
  readonly effective: readonly EffectiveSetting[];
  /** Sentences for the log: settings that were named but mean nothing. */
  readonly warnings: readonly string[];
}

/** Where settings are looked for; everything is a parameter so that tests need no process of their own. */
export interface SettingSources {
  /** Flags by setting name, as the command line parsed them; `config` is the path of the config file. */
  readonly flags?: Readonly<Record<string, unknown>>;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly homeDir?: string;
  /** Text of a file; throws as `readFileSync` does. */
  readonly readFile?: (path: string) => string;
}

/** A setting that cannot be used: the message names it, its origin and what is accepted. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  readonly exitCode = 2;
}

/**
 * Finds and checks every setting.
 * @throws SettingsError for the first that cannot be used, never with a secret in its message.
 */
export async function loadSettings(sources: SettingSources = {}): Promise<LoadedSettings> {
  const environment = sources.environment ?? process.env;
  const flags = sources.flags ?? {};
  const file = readConfigFile(flags['config'] ?? environment['ANOA_CONFIG'], sources.readFile);
  const defaults = defaultsFor(environment, sources.homeDir ?? homedir());

  const raw: Record<string, unknown> = {};
  const origins = {} as Record<SettingName, string>;
  for (const name of settingNames) {
    const info: SettingInfo = settingTable[name];
    if (info.flag !== undefined && flags[name] !== undefined) {
      raw[name] = flags[name];
      origins[name] = `flag ${info.flag}`;
    } else if (environment[info.variable] !== undefined && environment[info.variable] !== '') {
      raw[name] = environment[info.variable];
      origins[name] = `environment ${info.variable}`;
    } else if (file.values[name] !== undefined) {
      raw[name] = file.values[name];
      origins[name] = `config file ${file.path}`;
    } else {
      raw[name] = defaults[name];
      origins[name] = 'default';
    }
  }
  if (origins.passphrase !== 'default' && origins.keyFile !== 'default') {
    throw new SettingsError(
      `passphrase (from ${origins.passphrase}) and keyFile (from ${origins.keyFile}) are both set; ` +
        'the store has one secret: keep the one it was made with and unset the other.',
    );
  }
  if ((raw['tlsCert'] === undefined) !== (raw['tlsKey'] === undefined)) {
    const [given, missing] =
      raw['tlsCert'] === undefined ? (['tlsKey', 'tlsCert'] as const) : (['tlsCert', 'tlsKey'] as const);
    throw new SettingsError(
      `${given} (from ${origins[given]}) is set without ${missing}: TLS needs both; set ${settingTable[missing].flag} or ${settingTable[missing].variable} too.`,
    );
  }

  const { settingsSchema } = await import('./schema.js');
  const checked = settingsSchema.safeParse(raw);
  if (!checked.success) {
    const name = checked.error.issues[0].path[0] as SettingName;
    throw new SettingsError(badSetting(name, raw[name], origins[name]));
  }
  const parsed = checked.data;
  const settings: Settings = {
    host: parsed.host,
    port: parsed.port,
    tcp: parsed.tcp,
    maxClients: parsed.maxClients,
    tlsCertFile: parsed.tlsCert === undefined ? undefined : resolve(parsed.tlsCert),
    tlsKeyFile: parsed.tlsKey === undefined ? undefined : resolve(parsed.tlsKey),
    dataDir: resolve(parsed.dataDir),
    keyFile: resolve(parsed.keyFile),
    passphrase: parsed.passphrase,
    maxMemoryBytes: parsed.maxMemory,
    eviction: parsed.eviction,
    maxValueBytes: parsed.maxValue,
    hasJournal: parsed.journal === 'on',
    fsync: parsed.fsync,
    journalSizeBytes: parsed.journalSize,
    snapshotIntervalMs: parsed.snapshotInterval,
    logLevel: parsed.logLevel,
    logFormat: parsed.logFormat,
  };
  const shown: Record<SettingName, string> = {
    host: settings.host,
    port: String(settings.port),
    tcp: settings.tcp,
    maxClients: String(settings.maxClients),
    tlsCert: settings.tlsCertFile ?? '(none)',
    tlsKey: settings.tlsKeyFile ?? '(none)',
    dataDir: settings.dataDir,
    keyFile: settings.passphrase === undefined ? settings.keyFile : '(not used: passphrase)',
    passphrase: settings.passphrase === undefined ? '(none)' : '********',
    maxMemory: settings.maxMemoryBytes === 0 ? '0 (no limit)' : formatSizeBytes(settings.maxMemoryBytes),
    eviction: settings.eviction,
    maxValue: formatSizeBytes(settings.maxValueBytes),
    journal: settings.hasJournal ? 'on' : 'off',
    fsync: settings.hasJournal ? settings.fsync : `${settings.fsync} (not used: no journal)`,
    journalSize: formatSizeBytes(settings.journalSizeBytes),
    snapshotInterval:
      settings.snapshotIntervalMs === 0 ? '0 (off)' : formatDurationMs(settings.snapshotIntervalMs),
    logLevel: settings.logLevel,
    logFormat: settings.logFormat,
  };
  return {
    settings,
    effective: settingNames.map((name) => ({ name, shown: shown[name], origin: origins[name] })),
    warnings: unknownVariables(environment),
  };
}

function defaultsFor(
  environment: Readonly<Record<string, string | undefined>>,
  homeDir: string,
): Record<SettingName, unknown> {
  return {
    host: '127.0.0.1',
    port: 2662,
    tcp: 'on',
    maxClients: 10_000,
    tlsCert: undefined,
    tlsKey: undefined,
    dataDir: join(environment['XDG_DATA_HOME'] || join(homeDir, '.local', 'share'), 'anoadb'),
    keyFile: join(environment['XDG_CONFIG_HOME'] || join(homeDir, '.config'), 'anoadb', 'store.key'),
    passphrase: undefined,
    maxMemory: 0,
    eviction: 'refuse',
    maxValue: '1mb',
    journal: 'on',
    fsync: 'everysec',
    journalSize: '1gb',
    snapshotInterval: '5m',
    logLevel: 'info',
    logFormat: 'auto',
  };
}

function readConfigFile(
  path: unknown,
  readFile: (path: string) => string = (at) => readFileSync(at, 'utf8'),
): { path: string; values: Record<string, unknown> } {
  if (path === undefined || path === '') return { path: '', values: {} };
  const at = String(path);
  let values: unknown;
  try {
    values = JSON.parse(readFile(at));
  } catch (error) {
    const reason = error instanceof SyntaxError ? `is not JSON: ${error.message}` : 'cannot be read';
    throw new SettingsError(`Config file ${at} ${reason}.`, { cause: error });
  }
  if (typeof values !== 'object' || values === null || Array.isArray(values)) {
    throw new SettingsError(`Config file ${at} must hold one JSON object, such as {"port": 2662}.`);
  }
  for (const name of Object.keys(values)) {
    if (Object.hasOwn(settingTable, name)) continue;
    throw new SettingsError(
      `Config file ${at} has "${name}", which is no setting; did you mean "${nearest(name, settingNames)}"?`,
    );
  }
  return { path: at, values: values as Record<string, unknown> };
}

function badSetting(name: SettingName, value: unknown, origin: string): string {
  const info: SettingInfo = settingTable[name];
  const shown = info.isSecret ? 'its value (not shown)' : JSON.stringify(value);
  return `Setting ${name}: ${shown} from ${origin} cannot be used; accepted is ${info.accepts}.`;
}

function unknownVariables(environment: Readonly<Record<string, string | undefined>>): string[] {
  const known = settingNames.map((name) => settingTable[name].variable as string);
  const warnings: string[] = [];
  for (const variable of Object.keys(environment)) {
    if (!variable.startsWith('ANOA_') || known.includes(variable) || otherVariables.includes(variable))
      continue;
    const meant = nearest(variable, [...known, ...otherVariables]);
    warnings.push(`${variable} in the environment is no setting of this server; did you mean ${meant}?`);
  }
  return warnings;
}

/** The candidate with the smallest edit distance (Levenshtein, two rows). */
function nearest(name: string, candidates: readonly string[]): string {
  let best = candidates[0];
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, substituted));
    }
    row = next;
  }
  return row[b.length];
}
