/** Who takes part in a row, all alike: a server on its own core that is filled, and loaded by the native generator. */

export * from './contestants/anoa.js';
export * from './contestants/anoa-door.js';
export { type Contestant, type LoadShape, SECONDS } from './contestants/contestant.js';
export * from './contestants/echo.js';
export * from './contestants/memcached.js';
export * from './contestants/redis.js';
