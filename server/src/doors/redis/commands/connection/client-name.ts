import type { RedisClient } from '../../redis-client.js';

/** Printable and without spaces: it stands in the lines of CLIENT LIST. */
export function isClientName(name: string): boolean {
  return /^[!-~]*$/.test(name);
}

/** False: refused, and answered so. */
export function setClientName(client: RedisClient, name: string): boolean {
  if (!isClientName(name)) {
    client.reply.error('ERR Client names cannot contain spaces, newlines or special characters.');
    return false;
  }
  client.name = name;
  return true;
}
