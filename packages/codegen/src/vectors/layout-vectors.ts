/** Datagrams, params and frames field by field: a pattern in which no two bytes beside each other are alike, and all bits set. */
import { fieldBytes } from '../protocol-rules.js';
import type { SpecModel } from '../spec-model.js';
import type { LayoutField } from '../spec-schema.js';
import { concat, toHex, unsigned } from './reference-encoder.js';

export interface LayoutVector {
  readonly name: string;
  readonly layout: string;
  readonly kind: 'datagram' | 'structure' | 'frame';
  /** Numbers for u8 to u48, hex for everything else. */
  readonly fields: Readonly<Record<string, number | string>>;
  readonly bytes: string;
}

const REST_BYTES = 5;

export function layoutVectors(model: SpecModel): LayoutVector[] {
  const { protocol } = model;
  const vectors: LayoutVector[] = [];
  for (const filling of [pattern, allSet]) {
    for (const datagram of protocol.datagrams) {
      // A data datagram is its header and frames, here one of padding.
      const isData = datagram.fields.length === 0;
      const fields = isData ? [...protocol.header.fields, PADDING] : datagram.fields;
      for (const mode of ['sealed', 'open'] as const) {
        const type = datagram.code + (mode === 'open' ? protocol.openTypeOffset.value : 0);
        const fixed = { magic: protocol.magic.value, type };
        const { values, bytes } = fill(fields, filling, fixed);
        vectors.push({
          name: `${datagram.name}, ${mode}, ${filling.name}`,
          layout: isData ? 'DataHeader' : datagram.name,
          kind: 'datagram',
          fields: values,
          bytes: toHex(bytes),
        });
      }
    }
    for (const structure of protocol.structures) {
      const { values, bytes } = fill(structure.fields, filling, {});
      const name = `${structure.name}, ${filling.name}`;
      vectors.push({ name, layout: structure.name, kind: 'structure', fields: values, bytes: toHex(bytes) });
    }
    for (const frame of protocol.frames) {
      if (frame.reserved) continue;
      const { values, bytes: body } = fill(frame.fields, filling, {});
      const bytes = concat([Uint8Array.of(frame.code), unsigned(body.length, 2), body]);
      const name = `${frame.name}, ${filling.name}`;
      vectors.push({ name, layout: frame.name, kind: 'frame', fields: values, bytes: toHex(bytes) });
    }
  }
  return vectors;
}

const PADDING: LayoutField = { name: 'frames', type: 'bytes[1]', prose: 'Padding.' };

type Filling = (index: number) => number;

function pattern(index: number): number {
  return (index * 37 + 1) & 0xff;
}

function allSet(): number {
  return 0xff;
}

function fill(fields: readonly LayoutField[], filling: Filling, fixed: Readonly<Record<string, number>>) {
  const values: Record<string, number | string> = {};
  const parts: Uint8Array[] = [];
  let index = 0;
  for (const { name, type } of fields) {
    const byteCount = type === 'rest' ? REST_BYTES : fieldBytes(type);
    const isZero = name === 'zero' || name === 'frames';
    const given = fixed[name];
    const bytes =
      given === undefined
        ? Uint8Array.from({ length: byteCount }, (_, i) => (isZero ? 0 : filling(index + i)))
        : unsigned(given, byteCount);
    // Little-endian: the last byte counts most.
    values[name] = type.startsWith('u')
      ? bytes.reduceRight((number, byte) => number * 256 + byte, 0)
      : toHex(bytes);
    parts.push(bytes);
    index += byteCount;
  }
  return { values, bytes: concat(parts) };
}
