import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { usageError } from '../exit-codes.js';
import { durationOption } from '../option-argument.js';

interface IncrFlags {
  readonly ttl?: number;
  readonly float?: boolean;
}

export function registerNumbers(program: Command, context: CliContext): void {
  program
    .command('incr <key> [amount]')
    .description('add to a number and print the sum; a missing key counts as 0')
    .option('--ttl <duration>', 'expiry, where this call creates the key', durationOption)
    .option('--float', 'add a number that need not be whole')
    .addHelpText(
      'after',
      `
Examples:
  anoa incr hits
  anoa incr stock:42 -3
  anoa incr calls:ada --ttl 1m      a counter that starts anew each minute
  anoa incr weight 0.25 --float`,
    )
    .action((key: string, amount: string | undefined, flags: IncrFlags) =>
      runIncr(context, key, amount ?? '1', flags),
    );
}

async function runIncr(context: CliContext, key: string, amount: string, flags: IncrFlags): Promise<void> {
  const ttl = flags.ttl === undefined ? {} : { ttl: flags.ttl };
  const number = flags.float ? floatAmount(amount) : integerAmount(amount);
  const client = await context.client();
  const sum =
    typeof number === 'bigint'
      ? await client.incr(key, number, ttl)
      : await client.incrFloat(key, number, ttl);
  context.terminal.line(String(sum));
}

function integerAmount(amount: string): bigint {
  if (!/^[+-]?\d+$/.test(amount)) {
    throw usageError(`AMOUNT is ${amount}; a whole number is added, or any number with --float`);
  }
  return BigInt(amount.replace(/^\+/, ''));
}

function floatAmount(amount: string): number {
  const value = Number(amount);
  if (amount.trim() === '' || !Number.isFinite(value)) {
    throw usageError(`AMOUNT is ${amount}, which is no number`);
  }
  return value;
}
