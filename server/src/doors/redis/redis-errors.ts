/** Errors in Redis's own words, without the minus in front: what clients match on. */

export const RedisError = {
  WRONG_TYPE: 'WRONGTYPE Operation against a key holding the wrong kind of value',
  NOT_AN_INTEGER: 'ERR value is not an integer or out of range',
  NOT_A_FLOAT: 'ERR value is not a valid float',
  OVERFLOW: 'ERR increment or decrement would overflow',
  NAN_OR_INFINITY: 'ERR increment would produce NaN or Infinity',
  SYNTAX: 'ERR syntax error',
  NO_SUCH_KEY: 'ERR no such key',
  INDEX_OUT_OF_RANGE: 'ERR index out of range',
  OUT_OF_RANGE: 'ERR value is out of range',
  NOT_AN_INT32: 'ERR value is out of range, value must between -2147483648 and 2147483647',
  MUST_BE_POSITIVE: 'ERR value is out of range, must be positive',
  OFFSET_OUT_OF_RANGE: 'ERR offset is out of range',
  TOO_LARGE: 'ERR string exceeds maximum allowed size (proto-max-bulk-len)',
  OUT_OF_MEMORY: "OOM command not allowed when used memory > 'maxmemory'.",
  DISK_FULL:
    'MISCONF Errors writing to the journal: the disk is full. Commands that may modify the data set are disabled until there is room.',
  LOADING: 'LOADING Redis is loading the dataset in memory',
  NO_AUTH: 'NOAUTH Authentication required.',
  WRONG_PASSWORD: 'WRONGPASS invalid username-password pair or user is disabled.',
  NO_KEY_PERMISSION: 'NOPERM this user has no permissions to access one of the keys used as arguments',
  NOT_IN_TRANSACTION: 'ERR Command not allowed inside a transaction',
  EXEC_ABORTED: 'EXECABORT Transaction discarded because of previous errors.',
  DATABASE_OUT_OF_RANGE: 'ERR DB index is out of range',
  /** Ours: Redis has no such limits (docs/REDIS.md). */
  KEY_EMPTY: 'ERR the key is empty: keys of this server have 1 to 1024 bytes',
  KEY_TOO_LARGE: 'ERR the key is too long: keys of this server have 1 to 1024 bytes',
  TRANSACTION_TOO_LARGE: 'ERR the queued commands are too large for one transaction',
  TOO_MANY_WATCHED: 'ERR too many watched keys',
} as const;

/** For a command or, with `|`, a subcommand. */
export function wrongArity(name: string): string {
  return `ERR wrong number of arguments for '${name}' command`;
}

export function invalidExpireTime(name: string): string {
  return `ERR invalid expire time in '${name}' command`;
}

/** Of a container: a subcommand that has options has too many. */
export function wrongSubcommand(container: string, shown: string): string {
  return `ERR unknown subcommand or wrong number of arguments for '${shown}'. Try ${container} HELP.`;
}

export function noPermission(name: string): string {
  return `NOPERM this user has no permissions to run the '${name}' command`;
}
