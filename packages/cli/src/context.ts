/**
 * What every command is given: the terminal, the global options, and one connection that is opened by the
 * first command that needs it (the prompt keeps it; a single command closes it at its end).
 */
import type { AnoaClient } from '@anoadb/sdk';
import { CliError, ExitCode } from './exit-codes.js';
import { Terminal } from './output/terminal.js';

const DEFAULT_URL = 'anoa://127.0.0.1:2662';

export interface GlobalOptions {
  readonly url?: string;
  readonly json?: boolean;
  /** Milliseconds each call may take. */
  readonly timeout?: number;
}

export class CliContext {
  readonly terminal = new Terminal();
  /** True inside the prompt, where a command must not end the process. */
  readonly isPrompt: boolean;
  readonly #base: GlobalOptions;
  #options: GlobalOptions;
  #client: AnoaClient | undefined;
  #isInterrupted = false;

  /** `promptOptions` are what the prompt itself was started with; each of its lines may add to them. */
  constructor(promptOptions?: GlobalOptions) {
    this.isPrompt = promptOptions !== undefined;
    this.#base = promptOptions ?? {};
    this.#options = this.#base;
  }

  get options(): GlobalOptions {
    return this.#options;
  }

  get wantsJson(): boolean {
    return this.#options.json === true;
  }

  /** `host:port` of the server that is meant, never with an access key. */
  get serverAddress(): string {
    const given = this.#options.url ?? (process.env['ANOA_URL'] || DEFAULT_URL);
    const { hostname, port } = URL.canParse(given) ? new URL(given) : new URL(DEFAULT_URL);
    return `${hostname}:${port || 2662}`;
  }

  /** Called once at the start of each command. */
  useOptions(options: GlobalOptions): void {
    this.#isInterrupted = false;
    this.#options = { ...this.#base, ...options };
  }

  /** The open connection, opened now where there is none yet. */
  async client(): Promise<AnoaClient> {
    if (this.#client === undefined) {
      const { connect } = await import('@anoadb/sdk');
      const { url, timeout } = this.#options;
      this.#client = await connect(url, timeout === undefined ? {} : { timeout, connectTimeout: timeout });
    }
    return this.#client;
  }

  /** Ctrl-C in the prompt: the running command ends at its next {@link stopIfInterrupted}. */
  interrupt(): void {
    this.#isInterrupted = true;
  }

  /** From here on the first Ctrl-C stops the command in good order, in a shell too; the second ends it at once. */
  catchInterrupt(): void {
    if (!this.isPrompt) process.once('SIGINT', () => this.interrupt());
  }

  get isInterrupted(): boolean {
    return this.#isInterrupted;
  }

  /** For loops that may run long. In a shell Ctrl-C ends the process, unless it is caught. */
  stopIfInterrupted(): void {
    if (this.#isInterrupted) throw new CliError(ExitCode.INTERRUPTED, 'stopped by Ctrl-C');
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.close();
  }
}
