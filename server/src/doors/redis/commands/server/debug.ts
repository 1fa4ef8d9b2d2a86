import type { RedisCall } from '../../redis-call.js';
import type { RedisClient } from '../../redis-client.js';
import { wrongSubcommand } from '../../redis-errors.js';

/** As microseconds in 64 bits; what is longer Redis does not wait for at all. */
const DURATION_MS_MAX = 2 ** 63 / 1000;

/** SLEEP alone. Unlike Redis it holds up its own connection only: one client must not stop a server for others. */
export function debug(client: RedisClient, call: RedisCall): void {
  const { reply, server } = client;
  if (!call.isWord(1, 'sleep') || call.count !== 3) {
    reply.error(wrongSubcommand('DEBUG', call.shown(1)));
    return;
  }
  // Redis reads it as C does: what is no number is 0.
  const durationMs = Number.parseFloat(call.text(2)) * 1000 || 0;
  if (durationMs <= 0 || durationMs >= DURATION_MS_MAX || client.isExecuting) {
    reply.ok();
    return;
  }
  const answer = client.answerLater();
  const { services } = server;
  services.schedule(services.monotonicMs() + durationMs, () => answer(() => reply.ok()));
}
