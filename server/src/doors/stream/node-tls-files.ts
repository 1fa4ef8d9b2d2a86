/**
 * Certificate and key of the TCP port, from two PEM files, and a running server's eye on them: a new pair is used for
 * connections from then on, one that cannot be used changes nothing but the log.
 */

import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import type { SecureContextOptions } from 'node:tls';

export interface TlsPaths {
  readonly certFile: string;
  readonly keyFile: string;
}

/** Files that cannot be used; the message says which, why, and what helps. */
export class TlsFilesError extends Error {
  override readonly name = 'TlsFilesError';
  /** As for any setting that cannot be used. */
  readonly exitCode = 2;
}

/** Tools that renew certificates replace files one after the other, and not by a notice that can be relied on. */
const CHECK_INTERVAL_MS = 5_000;
/** Permission bits of everybody but owner and group. */
const OTHERS = 0o007;

interface Pair {
  readonly cert: Buffer;
  readonly key: Buffer;
}

export class TlsFiles {
  readonly #paths: TlsPaths;
  #pair: Pair;
  /** What could not be used, so that it is said once. */
  #refused = '';
  #onChange: (options: SecureContextOptions) => void = () => {};
  #timer: NodeJS.Timeout | undefined;

  /** @throws TlsFilesError */
  constructor(paths: TlsPaths) {
    this.#paths = paths;
    this.#pair = readPair(paths);
  }

  secureOptions(): SecureContextOptions {
    return { ...this.#pair, minVersion: 'TLSv1.2' };
  }

  /** Called with what new connections are to use. */
  onChange(listener: (options: SecureContextOptions) => void): void {
    this.#onChange = listener;
  }

  watch(around: { readonly onReloaded: () => void; readonly onProblem: (message: string) => void }): void {
    this.#timer = setInterval(() => this.check(around), CHECK_INTERVAL_MS);
    this.#timer.unref();
  }

  /** Looks at the files once. */
  check(around: { readonly onReloaded: () => void; readonly onProblem: (message: string) => void }): void {
    try {
      const pair = readPair(this.#paths);
      this.#refused = '';
      if (pair.cert.equals(this.#pair.cert) && pair.key.equals(this.#pair.key)) return;
      this.#pair = pair;
      this.#onChange(this.secureOptions());
      around.onReloaded();
    } catch (error) {
      if (!(error instanceof TlsFilesError)) throw error;
      if (error.message !== this.#refused) around.onProblem(error.message);
      this.#refused = error.message;
    }
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

function readPair({ certFile, keyFile }: TlsPaths): Pair {
  const cert = contentOf(certFile, 'tlsCert');
  const key = contentOf(keyFile, 'tlsKey');
  const certificate = parsed(certFile, 'holds no certificate in PEM form', () => new X509Certificate(cert));
  if ((statSync(keyFile).mode & OTHERS) !== 0) {
    throw new TlsFilesError(
      `The TLS key ${keyFile} can be read by everybody on this machine: chmod 600 ${keyFile}`,
    );
  }
  const privateKey = parsed(
    keyFile,
    'holds no private key in PEM form (one with a passphrase cannot be used)',
    () => createPrivateKey(key),
  );
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new TlsFilesError(
      `The TLS key ${keyFile} is not that of the certificate ${certFile}: the first certificate of that file must be the server's own.`,
    );
  }
  return { cert, key };
}

function contentOf(path: string, setting: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    throw new TlsFilesError(`${path}, which ${setting} names, cannot be read (${code}).`, { cause });
  }
}

function parsed<T>(path: string, what: string, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    throw new TlsFilesError(`${path} ${what}.`, { cause });
  }
}
