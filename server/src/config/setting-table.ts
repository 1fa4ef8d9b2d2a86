/**
 * Every setting of the server, once: its name in a config file, its flag, its environment variable and what it
 * accepts. Plain data, so that help and completion need no validator; `schema.ts` validates and is type-checked
 * to have exactly these names.
 */

/** One setting as help, `anoa config` and refusals show it. */
export interface SettingInfo {
  /** Environment variable. */
  readonly variable: string;
  /** Command line flag, or undefined where a flag would show a secret in the process list. */
  readonly flag: string | undefined;
  /** Completes the sentence "accepted is …". */
  readonly accepts: string;
  readonly summary: string;
  /** Shown masked everywhere. */
  readonly isSecret?: boolean;
}

export const settingTable = {
  host: {
    variable: 'ANOA_HOST',
    flag: '--host',
    accepts: 'an IP address or a host name; without an access key only a loopback one (127.0.0.1, ::1)',
    summary: 'address to listen on',
  },
  port: {
    variable: 'ANOA_PORT',
    flag: '--port',
    accepts: 'a number from 0 to 65535 (0 takes any free port)',
    summary: 'port to listen on, of UDP and of TCP',
  },
  tcp: {
    variable: 'ANOA_TCP',
    flag: '--tcp',
    accepts:
      'on (Redis, memcached and HTTP clients; from other machines by TLS only), off (UDP alone), or plain (also from other machines without TLS: keys and data cross the network in clear)',
    summary: 'whether Redis, memcached and HTTP clients are served',
  },
  maxClients: {
    variable: 'ANOA_MAX_CLIENTS',
    flag: '--max-clients',
    accepts: 'a number from 1 to 1000000',
    summary: 'most TCP connections at a time',
  },
  tlsCert: {
    variable: 'ANOA_TLS_CERT',
    flag: '--tls-cert',
    accepts: 'a path to a file with the certificate chain in PEM form, together with tlsKey',
    summary: 'certificate of the TCP port, which speaks TLS only then',
  },
  tlsKey: {
    variable: 'ANOA_TLS_KEY',
    flag: '--tls-key',
    accepts: 'a path to a file with the private key in PEM form, which others cannot read',
    summary: 'private key of that certificate',
  },
  dataDir: {
    variable: 'ANOA_DATA_DIR',
    flag: '--data-dir',
    accepts: 'a path to a directory, made if it is not there',
    summary: 'directory of the encrypted files',
  },
  keyFile: {
    variable: 'ANOA_KEY_FILE',
    flag: '--key-file',
    accepts: 'a path to a file outside the data directory, made at the first start',
    summary: 'file with the 32-byte secret of the store',
  },
  passphrase: {
    variable: 'ANOA_PASSPHRASE',
    flag: undefined,
    accepts:
      'a text of at least 8 characters, in the environment or the config file (a flag would show it to all)',
    summary: 'secret of the store instead of the key file',
    isSecret: true,
  },
  maxMemory: {
    variable: 'ANOA_MAX_MEMORY',
    flag: '--max-memory',
    accepts: 'a size such as 512kb, 64mb or 2gb, at least 4mb; 0 means no limit',
    summary: 'most memory the entries may take',
  },
  eviction: {
    variable: 'ANOA_EVICTION',
    flag: '--eviction',
    accepts: 'refuse (answer OUT_OF_MEMORY), sieve (any entry), or sieve-ttl (only entries that expire)',
    summary: 'what happens where that memory is full',
  },
  maxValue: {
    variable: 'ANOA_MAX_VALUE',
    flag: '--max-value',
    accepts: 'a size from 1kb to 16mb',
    summary: 'largest value accepted',
  },
  journal: {
    variable: 'ANOA_JOURNAL',
    flag: '--journal',
    accepts: 'on, or off (snapshots only: a crash loses what was written since the last one)',
    summary: 'whether every write is journalled before it is acknowledged',
  },
  fsync: {
    variable: 'ANOA_FSYNC',
    flag: '--fsync',
    accepts:
      'always (acknowledged means on the disk), everysec (a power cut may cost the last second), or no (the system decides)',
    summary: 'when the journal is synced to the disk',
  },
  journalSize: {
    variable: 'ANOA_JOURNAL_SIZE',
    flag: '--journal-size',
    accepts: 'a size such as 64mb or 4gb, at least 1mb',
    summary: 'size of the journal at which a snapshot is taken, which makes it small again',
  },
  snapshotInterval: {
    variable: 'ANOA_SNAPSHOT_INTERVAL',
    flag: '--snapshot-interval',
    accepts: 'a duration such as 30s, 5m or 12h, at least 1s; 0 switches periodic snapshots off',
    summary: 'time between snapshots, where something changed',
  },
  logLevel: {
    variable: 'ANOA_LOG_LEVEL',
    flag: '--log-level',
    accepts: 'trace, debug, info, warn, error, fatal or silent',
    summary: 'least severity that is logged',
  },
  logFormat: {
    variable: 'ANOA_LOG_FORMAT',
    flag: '--log-format',
    accepts: 'pretty, json, or auto (pretty on a terminal)',
    summary: 'form of the log lines',
  },
} as const satisfies Record<string, SettingInfo>;

/** Name of a setting, as in a config file. */
export type SettingName = keyof typeof settingTable;

export const settingNames = Object.keys(settingTable) as readonly SettingName[];

/** Read by other programs of the project; not settings of the server and no reason to warn. */
export const otherVariables: readonly string[] = [
  'ANOA_CONFIG',
  'ANOA_URL',
  'ANOA_KEY',
  'ANOA_TEST_SEED',
  'ANOA_UDP',
  'ANOA_UDP_BUILD',
];
