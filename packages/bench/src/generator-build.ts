/**
 * Compiles the load generator in `native/` with whatever `cc` is, into build/, when a benchmark first wants it.
 * Where there is no compiler the rows fall back to the load made in JavaScript, and say so.
 */

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  CloseCode,
  DATA_HEADER_BYTES,
  DataHeaderAt,
  FRAME_HEADER_BYTES,
  FrameBodyBytes,
  FrameType,
  Limits,
  MAGIC_BYTE,
  OP_HEADER_BYTES,
  Opcode,
  OpenDatagramType,
  OpHeaderAt,
  RESULT_HEADER_BYTES,
  ReqFrameAt,
  ResultHeaderAt,
  RspFrameAt,
  Status,
  ValueType,
} from '@anoadb/protocol';

const SOURCES = fileURLToPath(new URL('../native', import.meta.url));
const BUILD = fileURLToPath(new URL('../build', import.meta.url));
const FLAGS = ['-std=c11', '-O2', '-Wall', '-Wextra', '-D_GNU_SOURCE'];

const TLS_FLAGS = ['-DWITH_TLS', '-lssl', '-lcrypto'];
const TLS_MARK = ' with TLS';

/** What the C sources know of the protocol; they decide no number of it themselves. */
const WIRE: Readonly<Record<string, number>> = {
  MAGIC: MAGIC_BYTE,
  DATA_TO_SERVER_OPEN: OpenDatagramType.DATA_TO_SERVER,
  DATA_TO_CLIENT_OPEN: OpenDatagramType.DATA_TO_CLIENT,
  DATAGRAM_BYTES_MIN: Limits.noSessionDatagramBytesMin,
  HEADER_BYTES: DATA_HEADER_BYTES,
  HEADER_SID_AT: DataHeaderAt.sid,
  HEADER_COUNTER_AT: DataHeaderAt.counter,
  FRAME_HEADER_BYTES: FRAME_HEADER_BYTES,
  FRAME_PADDING: FrameType.PADDING,
  FRAME_REQ: FrameType.REQ,
  FRAME_RSP: FrameType.RSP,
  FRAME_RSP_FRAG: FrameType.RSP_FRAG,
  FRAME_CLOSE: FrameType.CLOSE,
  CLOSE_BODY_BYTES: FrameBodyBytes.CLOSE,
  CLOSE_NORMAL: CloseCode.NORMAL,
  REQ_RID_AT: ReqFrameAt.rid,
  REQ_DELTA_AT: ReqFrameAt.delta,
  REQ_FLAGS_AT: ReqFrameAt.flags,
  REQ_OPS_AT: ReqFrameAt.ops,
  RSP_RID_AT: RspFrameAt.rid,
  RSP_STATUS_AT: RspFrameAt.status,
  RSP_RESULTS_AT: RspFrameAt.results,
  OP_HEADER_BYTES: OP_HEADER_BYTES,
  OP_OPCODE_AT: OpHeaderAt.opcode,
  OP_FLAGS_AT: OpHeaderAt.flags,
  OP_KEY_LENGTH_AT: OpHeaderAt.keyLen,
  OP_ARGUMENT_LENGTH_AT: OpHeaderAt.argLen,
  OPCODE_GET: Opcode.GET,
  OPCODE_SET: Opcode.SET,
  TYPE_STRING: ValueType.STRING,
  RESULT_HEADER_BYTES: RESULT_HEADER_BYTES,
  RESULT_STATUS_AT: ResultHeaderAt.status,
  RESULT_LENGTH_AT: ResultHeaderAt.len,
  STATUS_OK: Status.OK,
  STATUS_NOT_FOUND: Status.NOT_FOUND,
};

/** `hasTls`: OpenSSL's headers were there. */
export type Generator = { readonly program: string; readonly hasTls: boolean } | { readonly missing: string };

let generator: Generator | undefined;

/** The generator, compiled now where its sources changed. Never throws. */
export function loadGenerator(): Generator {
  generator ??= build();
  return generator;
}

function build(): Generator {
  try {
    const program = join(BUILD, 'anoa-load');
    const stampFile = join(BUILD, 'stamp');
    const names = readdirSync(SOURCES).sort();
    const wire = wireHeader();
    const hash = createHash('sha256').update(`${wire}${process.arch}${FLAGS}`);
    for (const name of names) hash.update(name).update(readFileSync(join(SOURCES, name)));
    const stamp = hash.digest('hex');
    const known = existsSync(program) && existsSync(stampFile) ? readFileSync(stampFile, 'utf8') : '';
    if (known.startsWith(stamp)) return { program, hasTls: known.endsWith(TLS_MARK) };
    if (process.platform !== 'linux') return { missing: `sendmmsg is Linux's, this is ${process.platform}` };
    mkdirSync(BUILD, { recursive: true });
    writeFileSync(join(BUILD, 'wire.h'), wire);
    const sources = names.filter((name) => name.endsWith('.c')).map((name) => join(SOURCES, name));
    const [compiler, ...args] = (process.env['CC'] || 'cc').split(/\s+/).filter(Boolean);
    const command = [...args, ...FLAGS, `-I${BUILD}`, `-I${SOURCES}`, ...sources, '-o', program];
    const compile = (more: readonly string[]) =>
      spawnSync(compiler, [...command, ...more], { encoding: 'utf8' });
    const hasTls = compile(TLS_FLAGS).status === 0;
    const done = hasTls ? undefined : compile([]);
    if (done !== undefined && done.status !== 0) {
      const why = (done.error?.message ?? done.stderr ?? '').trim().slice(0, 2000);
      return { missing: `${compiler} failed: ${why}` };
    }
    writeFileSync(stampFile, `${stamp}${hasTls ? TLS_MARK : ''}`);
    return { program, hasTls };
  } catch (error) {
    return { missing: error instanceof Error ? error.message : String(error) };
  }
}

function wireHeader(): string {
  const lines = Object.entries(WIRE).map(([name, value]) => `#define WIRE_${name} ${value}`);
  return `/* Made from the protocol's generated constants: do not edit. */\n${lines.join('\n')}\n`;
}
