import type { Emitter } from './emitter.js';
import { HttpEmitter } from './http-emitter.js';
import { JavaEmitter } from './java-emitter.js';
import { MarkdownEmitter } from './markdown-emitter.js';
import { MemcachedEmitter } from './memcached-emitter.js';
import { RedisEmitter } from './redis-emitter.js';
import { TypeScriptEmitter } from './typescript-emitter.js';
import { VectorsEmitter } from './vectors-emitter.js';

/** Everything that is generated. */
export const emitters: readonly Emitter[] = [
  new TypeScriptEmitter(),
  new JavaEmitter(),
  new HttpEmitter(),
  new RedisEmitter(),
  new MemcachedEmitter(),
  new MarkdownEmitter(),
  new VectorsEmitter(),
];
