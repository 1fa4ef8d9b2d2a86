/** The version of Redis whose commands, errors and shapes this door has: what clients decide by. */
export const REDIS_VERSION = '7.0.15';
