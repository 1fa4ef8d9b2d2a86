/**
 * Loaded into a server process with `--import`: measures how late its event loop is, from within, at 1 ms,
 * without the server knowing. Asked over a loopback UDP port of its own, which never keeps the process alive.
 *
 *   reset -> {}     read -> {samples, p50Ms, p99Ms, p999Ms, maxMs}     memory -> process.memoryUsage()
 *
 * The histogram holds intervals between ticks of a 1 ms timer, that millisecond included.
 */

import dgram from 'node:dgram';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

const port = Number(process.env['EVENT_LOOP_PROBE_PORT']);
if (isMainThread && port > 0) serve(port);

function serve(at: number): void {
  const histogram = monitorEventLoopDelay({ resolution: 1 });
  histogram.enable();
  const socket = dgram.createSocket('udp4');
  socket.on('error', () => {});
  socket.on('message', (question, from) => {
    const answer = JSON.stringify(answerTo(question.toString(), histogram));
    socket.send(answer, from.port, from.address);
  });
  socket.bind(at, '127.0.0.1');
  socket.unref();
}

function answerTo(question: string, histogram: ReturnType<typeof monitorEventLoopDelay>): object {
  switch (question) {
    case 'reset':
      histogram.reset();
      return {};
    case 'read':
      return {
        samples: histogram.count,
        p50Ms: histogram.percentile(50) / 1e6,
        p99Ms: histogram.percentile(99) / 1e6,
        p999Ms: histogram.percentile(99.9) / 1e6,
        maxMs: histogram.max / 1e6,
      };
    default:
      return { ...process.memoryUsage() };
  }
}
