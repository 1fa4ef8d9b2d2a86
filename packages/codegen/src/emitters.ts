import type { Emitter } from './emitter.js';
import { TypeScriptEmitter } from './typescript-emitter.js';

/** Every language that is generated. */
export const emitters: readonly Emitter[] = [new TypeScriptEmitter()];
