/**
 * Between the TCP port and node:http: each connection is a Duplex that llhttp parses, strictly, and answers go back
 * the same way. Nothing of HTTP's bytes is decided here, and nothing of the data.
 *
 * Invariant: the engine runs inside a turn of the port only: node:http calls back when it likes, so each execution
 * begins one.
 */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { DoorStatistics } from '../../ops/metrics.js';
import type { StreamServices } from '../stream/stream-services.js';
import type { StreamProtocolDoor } from '../stream/stream-session.js';
import { HttpDoor } from './http-door.js';
import { HttpLimits, type HttpTimes, httpTimesDefault } from './http-limits.js';
import { BrokenBytes, HttpRequestRun } from './node-http-run.js';
import { HttpSession } from './node-http-session.js';

/** @param others counters of the other doors, for /metrics. */
export function createHttpDoor(
  services: StreamServices,
  others: Omit<DoorStatistics, 'http'>,
  times: HttpTimes = httpTimesDefault,
): StreamProtocolDoor {
  const door = new HttpDoor(services, others);
  const server = httpServer(door, times);
  return {
    open(connection) {
      const session = new HttpSession(connection);
      server.emit('connection', session);
      return session.port;
    },
  };
}

function httpServer(door: HttpDoor, times: HttpTimes): Server {
  const server = createServer({
    maxHeaderSize: HttpLimits.headerBytesMax,
    headersTimeout: times.headersTimeoutMs,
    requestTimeout: times.requestTimeoutMs,
    keepAliveTimeout: times.keepAliveTimeoutMs,
    connectionsCheckingInterval: times.checkIntervalMs,
    insecureHTTPParser: false,
    requireHostHeader: true,
  });
  server.timeout = times.silenceMsMax;
  // Who has said all he had to say and closed his side still gets his answers. Node has it and does not type it.
  (server as Server & { httpAllowHalfOpen: boolean }).httpAllowHalfOpen = true;
  const take = (request: IncomingMessage, response: ServerResponse): void => {
    const session = request.socket as unknown as HttpSession;
    session.enqueue(new HttpRequestRun(door, session, request, response));
  };
  server.on('request', take);
  server.on('checkContinue', take);
  server.on('checkExpectation', take);
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    (socket as unknown as HttpSession).enqueue(new BrokenBytes(error, socket as unknown as HttpSession));
  });
  // It listens nowhere itself; this is what has it watch its two deadlines.
  server.emit('listening');
  return server;
}
