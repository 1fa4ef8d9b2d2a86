/**
 * Encodes an op straight from the model, field by field. Slow and plain on purpose: the vectors it makes are the
 * second opinion on every generated codec, so it shares nothing with the emitters.
 */
import type { Command } from '../spec-model.js';
import type { Argument } from '../spec-schema.js';

/** A value argument as vectors write it. */
export interface ValueArgument {
  readonly type: string;
  readonly hex: string;
}

/** Integers of up to 48 bits and versions are numbers, int64 and floats decimal strings, bytes are hex. */
export type VectorArgument = number | string | ValueArgument;

export interface OpRequest {
  readonly command: Command;
  readonly key: Uint8Array;
  readonly flags: readonly string[];
  readonly arguments: Readonly<Record<string, VectorArgument>>;
}

/** Codes of types by their names. */
export type TypeCodes = ReadonlyMap<string, number>;

export function encodeRequest(request: OpRequest, types: TypeCodes): Uint8Array {
  const { command, key } = request;
  const given = command.arguments.filter(({ when }) => when === undefined || request.flags.includes(when));
  const body = concat(
    given.map((argument) => encodeArgument(argument, request.arguments[argument.name], types)),
  );
  return rawOp(command.opcode, flagBits(command, request.flags), key, body);
}

export function flagBits(command: Command, names: readonly string[]): number {
  return command.flags
    .filter(({ name }) => names.includes(name))
    .reduce((bits, { bit }) => bits + 2 ** bit, 0);
}

/** An op of any content, sound or not. */
export function rawOp(opcode: number, flags: number, key: Uint8Array, body: Uint8Array): Uint8Array {
  return concat([
    unsigned(opcode, 1),
    unsigned(flags, 1),
    unsigned(key.length, 2),
    unsigned(body.length, 4),
    key,
    body,
  ]);
}

function encodeArgument(argument: Argument, given: VectorArgument, types: TypeCodes): Uint8Array {
  switch (argument.type) {
    case 'u16':
      return unsigned(given as number, 2);
    case 'u48':
      return unsigned(given as number, 6);
    case 'u64':
      return unsigned(given as number, 8);
    case 'i64': {
      const bytes = new Uint8Array(8);
      new DataView(bytes.buffer).setBigInt64(0, BigInt(given as string), true);
      return bytes;
    }
    case 'f64': {
      const bytes = new Uint8Array(8);
      new DataView(bytes.buffer).setFloat64(0, Number(given), true);
      return bytes;
    }
    case 'type':
      return unsigned(types.get(given as string)!, 1);
    case 'value': {
      const { type, hex } = given as ValueArgument;
      return concat([unsigned(types.get(type)!, 1), fromHex(hex)]);
    }
    case 'key':
    case 'bytes':
      return fromHex(given as string);
  }
}

export function unsigned(value: number | bigint, byteCount: number): Uint8Array {
  const bytes = new Uint8Array(byteCount);
  let rest = BigInt(value);
  for (let i = 0; i < byteCount; i++, rest >>= 8n) bytes[i] = Number(rest & 0xffn);
  return bytes;
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

export function toHex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
