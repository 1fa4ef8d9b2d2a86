/** Random ops of a seed: any command, any allowed flags, keys and arguments over their whole range. */
import type { Command, SpecModel } from '../spec-model.js';
import type { Argument } from '../spec-schema.js';
import { allowedFlagSets, type NamedRequest, VALUES } from './accepted-ops.js';
import { toHex, type VectorArgument } from './reference-encoder.js';

export function randomOps(model: SpecModel, seed: number, opCount: number): NamedRequest[] {
  const random = new Random(seed);
  const requests: NamedRequest[] = [];
  for (let i = 0; i < opCount; i++) {
    const command = random.pick(model.commands);
    const flags = random.pick(allowedFlagSets(command));
    requests.push({
      name: `random ${i}`,
      command,
      key: randomKey(command, model, random),
      flags,
      arguments: Object.fromEntries(
        command.arguments
          .filter(({ when }) => when === undefined || flags.includes(when))
          .map((argument) => [argument.name, randomArgument(argument, model, random)]),
      ),
    });
  }
  return requests;
}

function randomKey(command: Command, model: SpecModel, random: Random): Uint8Array {
  if (command.key === null) return new Uint8Array(0);
  return random.bytes(random.between(model.bound(command.key.bytesMin), 40));
}

function randomArgument(argument: Argument, model: SpecModel, random: Random): VectorArgument {
  const min = argument.min ?? 0;
  switch (argument.type) {
    case 'u16':
      return Math.max(min, random.bits(16));
    case 'u48':
      return Math.max(min, random.bits(48));
    case 'u64':
      return Math.max(min, random.bits(53));
    case 'i64':
      return String(BigInt.asIntN(64, (BigInt(random.bits(32)) << 32n) | BigInt(random.u32())));
    case 'f64':
      return String((random.u32() - 2 ** 31) / 2 ** random.between(0, 60));
    case 'type':
      return random.pick(argument.types!);
    case 'value': {
      const { type, hex } = random.pick(
        VALUES.filter((value) => argument.types === undefined || argument.types.includes(value.type)),
      );
      return type === 'BYTES' || type === 'TEXT'
        ? { type, hex: toHex(random.bytes(random.between(0, 60))) }
        : { type, hex };
    }
    case 'key':
      return toHex(random.bytes(random.between(model.limit('keyBytesMin'), 40)));
    case 'bytes':
      return toHex(random.bytes(random.between(model.bound(argument.bytesMin ?? 0), 40)));
  }
}

/** Marsaglia's xorshift32: the same numbers everywhere, good enough to vary bytes. */
class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0 || 1;
  }

  u32(): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x >>> 0;
    return this.#state;
  }

  /** A number of up to `bitCount` bits; how many is random too, so that small ones are not rare. */
  bits(bitCount: number): number {
    const wide = (this.u32() & 0x1f_ffff) * 2 ** 32 + this.u32();
    return wide % 2 ** this.between(1, bitCount);
  }

  between(min: number, max: number): number {
    return min + (this.u32() % (max - min + 1));
  }

  pick<T>(from: readonly T[]): T {
    return from[this.u32() % from.length];
  }

  bytes(byteCount: number): Uint8Array {
    return Uint8Array.from({ length: byteCount }, () => this.u32() & 0xff);
  }
}
