/**
 * Where output goes. Values and tables go to stdout, everything said about them (progress, hints,
 * "not found", errors) to stderr, so that a pipe carries data only.
 */
import { once } from 'node:events';
import { createColors } from 'picocolors';

export type Style = ReturnType<typeof createColors>;

export class Terminal {
  readonly isInteractive: boolean;
  readonly width: number;
  /** Colours for stdout; the identity where it is piped or `NO_COLOR` is set. */
  readonly style: Style;
  /** Colours for stderr. */
  readonly noteStyle: Style;

  constructor() {
    this.isInteractive = process.stdout.isTTY === true;
    this.width = process.stdout.columns ?? 80;
    this.style = createColors(wantsColour(process.stdout.isTTY === true));
    this.noteStyle = createColors(wantsColour(process.stderr.isTTY === true));
  }

  line(text: string): void {
    this.text(`${text}\n`);
  }

  text(text: string): void {
    process.stdout.write(text);
  }

  /** Resolves at once unless the reader of our pipe is slower than we are: then when it has caught up. */
  async drained(): Promise<void> {
    if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain');
  }

  bytes(bytes: Uint8Array): void {
    process.stdout.write(bytes);
  }

  /** A remark for the person, on stderr. */
  note(text: string): void {
    process.stderr.write(`${text}\n`);
  }
}

/** https://no-color.org and the FORCE_COLOR habit. */
function wantsColour(isTty: boolean): boolean {
  if (process.env['NO_COLOR']) return false;
  if (process.env['FORCE_COLOR'] && process.env['FORCE_COLOR'] !== '0') return true;
  return isTty && process.env['TERM'] !== 'dumb';
}
