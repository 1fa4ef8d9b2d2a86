/** A server on sockets that has one access key, and TLS where asked. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AccessRole } from '../../src/access/access-key.js';
import { createAccessKey } from '../../src/access/node-key-administration.js';
import { loadSettings } from '../../src/config/load-settings.js';
import { selfSignedCertificate } from './self-signed-certificate.js';
import { type StreamServer, startStreamServer } from './stream-harness.js';

export interface SealedServer {
  readonly port: number;
  /** The key's text, `anoa1_…`. */
  readonly secret: string;
  /** PEM of the certificate, which is its own authority and names `localhost`. */
  readonly cert: string;
  stop(): Promise<void>;
}

export async function startSealedServer(options: {
  readonly name: string;
  readonly role?: AccessRole;
  readonly prefix?: string;
  readonly hasTls?: boolean;
}): Promise<SealedServer> {
  const directory = mkdtempSync(join(tmpdir(), 'anoadb-sealed-'));
  const flags = { dataDir: join(directory, 'data'), keyFile: join(directory, 'store.key') };
  const { cert, key } = selfSignedCertificate();
  const tls = { tlsCert: join(directory, 'cert.pem'), tlsKey: join(directory, 'key.pem') };
  writeFileSync(tls.tlsCert, cert);
  writeFileSync(tls.tlsKey, key, { mode: 0o600 });
  let server: StreamServer;
  let url: string;
  try {
    const { settings } = await loadSettings({ environment: {}, flags });
    const { name, role = 'write', prefix = '' } = options;
    ({ url } = await createAccessKey({ settings }, { name, role, prefix }));
    server = await startStreamServer({ ...flags, ...(options.hasTls === true ? tls : {}) });
  } catch (error) {
    rmSync(directory, { recursive: true, force: true });
    throw error;
  }
  return {
    port: server.port,
    secret: url.slice('anoa://'.length).split('@')[0],
    cert,
    stop: async () => {
      await server.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
