import type { RedisClient } from '../../redis-client.js';

/** Printable and without spaces: it stands in the lines of CLIENT LIST. */
export function isClientName(name: string): boolean {
  return /^[!-~]*$/.test(name);
}

export function refuseClientName(client: RedisClient): void {
  client.reply.error('ERR Client names cannot contain spaces, newlines or special characters.');
}
