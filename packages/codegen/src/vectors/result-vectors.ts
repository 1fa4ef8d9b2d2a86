/** Results: status, type, length, [version], value; every status and type, versions at their edges, and refusals. */
import type { SpecModel } from '../spec-model.js';
import { VALUES } from './accepted-ops.js';
import { concat, fromHex, type TypeCodes, toHex, unsigned } from './reference-encoder.js';

export interface ResultVector {
  readonly name: string;
  readonly status: string;
  readonly type: string;
  /** Absent where the result carries none. */
  readonly version?: number;
  readonly value: string;
  readonly bytes: string;
}

export interface RefusedResult {
  readonly name: string;
  readonly bytes: string;
}

export function resultVectors(model: SpecModel, types: TypeCodes): ResultVector[] {
  const vectors: ResultVector[] = [];
  const add = (name: string, status: string, type: string, value: string, version?: number): void => {
    const payload = concat([
      version === undefined ? new Uint8Array(0) : unsigned(version, 8),
      fromHex(value),
    ]);
    const code = model.statuses.find((candidate) => candidate.name === status)!.code;
    const typeByte = types.get(type)! + (version === undefined ? 0 : model.protocol.resultHeader.versionBit);
    const bytes = concat([Uint8Array.of(code, typeByte), unsigned(payload.length, 4), payload]);
    vectors.push({
      name,
      status,
      type,
      ...(version === undefined ? {} : { version }),
      value,
      bytes: toHex(bytes),
    });
  };
  for (const { name } of model.errors.result) add(`${name} with nothing else`, name, 'NONE', '');
  for (const { type, hex } of VALUES) add(`${type} of ${hex.length / 2} bytes`, 'OK', type, hex);
  for (const version of [0, 1, 2 ** 32, Number.MAX_SAFE_INTEGER]) {
    add(`version ${version} alone`, 'OK', 'NONE', '', version);
    add(`version ${version} and a value`, 'OK', 'STRING', '76', version);
  }
  add('the current version with a refusal', 'VERSION_MISMATCH', 'NONE', '', 17);
  return vectors;
}

export function refusedResults(): RefusedResult[] {
  return [
    { name: 'nothing at all', bytes: '' },
    { name: 'a header without its last byte', bytes: '0000000000' },
    { name: 'a length beyond what is there', bytes: '00050200000076' },
    { name: 'the longest length', bytes: '0005ffffffff' },
    { name: 'a version of seven bytes', bytes: '00800700000001000000000000' },
    {
      name: 'a version of seven bytes before another result',
      bytes: '00850700000001000000000000000000000000',
    },
    { name: 'a version of 2^53', bytes: '0080080000000000000000002000' },
    { name: 'NONE with a value', bytes: '00000100000000' },
    { name: 'an unknown type', bytes: '000a00000000' },
  ];
}
