/**
 * A value as `anoa` shows it: for a person on a terminal, plain for a pipe, exact JSON for a program.
 *
 * Exact means: integers beyond 2^53 keep every digit, bytes are base64, and a float that is not finite is a string.
 */
import type { AnoaValue } from '@anoadb/sdk';
import type { Style, Terminal } from './terminal.js';

/** Prints `value`: JSON with `--json`; else text as it is and JSON pretty on a terminal, compact in a pipe. */
export function printValue(terminal: Terminal, value: AnoaValue, wantsJson: boolean): void {
  if (wantsJson) terminal.line(exactJson(value));
  else if (value instanceof Uint8Array) printBytes(terminal, value);
  else if (typeof value === 'string') terminal.line(value);
  else if (isDocument(value))
    terminal.line(terminal.isInteractive ? prettyJson(value, terminal.style) : exactJson(value));
  else terminal.line(scalarText(value));
}

/** What an untyped reader sees: text and bytes as they are, documents as JSON. */
export function plainBytes(value: AnoaValue): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (typeof value === 'string') return Buffer.from(value);
  return Buffer.from(isDocument(value) ? exactJson(value) : scalarText(value));
}

/** One line for a table or the prompt's list: quoted where it is text, cut at `width`. */
export function shortValue(value: AnoaValue, width: number): string {
  const text = value instanceof Uint8Array ? `<${value.length} bytes>` : exactJson(value);
  return text.length > width ? `${text.slice(0, Math.max(1, width - 1))}…` : text;
}

/** JSON text that keeps integers exact; `JSON.stringify` refuses bigint. */
export function exactJson(value: AnoaValue, indent = ''): string {
  return jsonText(value, indent, '', (text) => text);
}

function prettyJson(value: AnoaValue, style: Style): string {
  const paint: Paint = (text, kind) => {
    if (kind === 'name') return style.cyan(text);
    if (kind === 'text') return style.green(text);
    return style.yellow(text);
  };
  return jsonText(value, '  ', '', paint);
}

type Paint = (text: string, kind: 'name' | 'text' | 'scalar') => string;

function jsonText(value: AnoaValue, indent: string, margin: string, paint: Paint): string {
  if (value instanceof Uint8Array)
    return paint(JSON.stringify(Buffer.from(value).toString('base64')), 'text');
  if (typeof value === 'string') return paint(JSON.stringify(value), 'text');
  if (value === null || typeof value !== 'object') {
    const isOdd = typeof value === 'number' && !Number.isFinite(value);
    return paint(isOdd ? JSON.stringify(scalarText(value)) : scalarText(value), 'scalar');
  }
  const inner = margin + indent;
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  const members = Array.isArray(value)
    ? value.map((item) => jsonText(item, indent, inner, paint))
    : Object.entries(value).map(
        ([name, item]) =>
          `${paint(JSON.stringify(name), 'name')}:${indent === '' ? '' : ' '}${jsonText(item, indent, inner, paint)}`,
      );
  if (members.length === 0) return open + close;
  return indent === ''
    ? `${open}${members.join(',')}${close}`
    : `${open}\n${inner}${members.join(`,\n${inner}`)}\n${margin}${close}`;
}

function isDocument(value: AnoaValue): boolean {
  return typeof value === 'object' && value !== null;
}

function scalarText(value: AnoaValue): string {
  return Object.is(value, -0) ? '-0.0' : String(value);
}

function printBytes(terminal: Terminal, bytes: Uint8Array): void {
  if (!terminal.isInteractive) {
    terminal.bytes(bytes);
    return;
  }
  // Raw bytes could reprogram the terminal.
  terminal.line(Buffer.from(bytes).toString('base64'));
  terminal.note(
    terminal.noteStyle.dim(`(${bytes.length} bytes, shown as base64; pipe it for the bytes themselves)`),
  );
}
