import type { RedisCall } from '../../redis-call.js';
import type { RedisClient } from '../../redis-client.js';
import { wrongSubcommand } from '../../redis-errors.js';

const DURATION_MS_MAX = 2 ** 31;

/** SLEEP alone. Unlike Redis it holds up its own connection only: one client must not stop a server for others. */
export function debug(client: RedisClient, call: RedisCall): void {
  const { reply, server } = client;
  if (!call.isWord(1, 'sleep') || call.count !== 3) {
    reply.error(wrongSubcommand('DEBUG', call.shown(1)));
    return;
  }
  // Redis reads it as C does: what is no number is 0.
  const durationMs = Math.min(Math.max(0, Number.parseFloat(call.text(2)) * 1000 || 0), DURATION_MS_MAX);
  if (durationMs === 0 || client.isExecuting) {
    reply.ok();
    return;
  }
  const answer = client.answerLater();
  const { services } = server;
  services.schedule(services.monotonicMs() + durationMs, () => answer(() => reply.ok()));
}
