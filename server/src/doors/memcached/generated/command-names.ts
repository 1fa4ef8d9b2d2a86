// Generated from protocol-spec/memcached.json by `npm run gen`: do not edit.

/** Names of the commands that are lines: text and meta. */

export type MemcachedCommandName =
  | 'get'
  | 'gets'
  | 'gat'
  | 'gats'
  | 'set'
  | 'add'
  | 'replace'
  | 'append'
  | 'prepend'
  | 'cas'
  | 'delete'
  | 'incr'
  | 'decr'
  | 'touch'
  | 'flush_all'
  | 'stats'
  | 'version'
  | 'verbosity'
  | 'quit'
  | 'shutdown'
  | 'cache_memlimit'
  | 'mg'
  | 'ms'
  | 'md'
  | 'ma'
  | 'me'
  | 'mn';
