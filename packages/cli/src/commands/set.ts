import type { Condition, Expiry, Unconditional } from '@anoadb/sdk';
import { type Command, Option } from 'commander';
import type { CliContext } from '../context.js';
import { CliError, ExitCode } from '../exit-codes.js';
import { durationOption } from '../option-argument.js';
import { readStandardInput } from '../standard-input.js';
import { typedValue, VALUE_TYPES } from '../typed-value.js';

interface SetFlags {
  readonly ttl?: number;
  readonly type?: string;
  readonly ifAbsent?: boolean;
  readonly ifPresent?: boolean;
  readonly ifVersion?: string;
  readonly keepTtl?: boolean;
}

export function registerSet(program: Command, context: CliContext): void {
  program
    .command('set <key> [value]')
    .description('keep a value; read from standard input where VALUE is left out')
    .option('--ttl <duration>', 'gone after that time, such as 90s, 5m, 12h or 7d', durationOption)
    .addOption(
      new Option(
        '-t, --type <type>',
        'what VALUE is; without it the text is kept as typed and read as what it looks like',
      ).choices(VALUE_TYPES),
    )
    .addOption(
      new Option('--if-absent', 'only where there is no such key').conflicts(['ifPresent', 'ifVersion']),
    )
    .addOption(new Option('--if-present', 'only where the key is there').conflicts(['ifAbsent', 'ifVersion']))
    .addOption(new Option('--if-version <number>', 'only where nobody wrote since that version'))
    .addOption(new Option('--keep-ttl', 'leave the expiry as it is').conflicts('ttl'))
    .addHelpText(
      'after',
      `
Examples:
  anoa set answer 42
  anoa set user:1 '{"name":"Ada"}' --ttl 5m
  anoa set zip 01234                     stays text: only canonical numbers are numbers
  anoa set zip 42 --type string          text even where it looks like a number
  anoa set lock me --if-absent --ttl 30s || echo taken
  anoa set photo --type bytes <photo.png`,
    )
    .action((key: string, value: string | undefined, flags: SetFlags) => runSet(context, key, value, flags));
}

async function runSet(
  context: CliContext,
  key: string,
  given: string | undefined,
  flags: SetFlags,
): Promise<void> {
  const input =
    given === undefined
      ? await readStandardInput(context, 'set needs a VALUE, or one on standard input')
      : given;
  const value = await typedValue(input, flags.type);
  const client = await context.client();
  const expiry: Expiry = flags.keepTtl ? { keepTtl: true } : { ttl: flags.ttl };
  const written = await client.set(key, value, { ...expiry, ...conditionOf(flags) });
  if (context.wantsJson) context.terminal.line(JSON.stringify(written));
  else if (written.ok) context.terminal.note(context.terminal.noteStyle.green('ok'));
  if (written.ok) return;
  const reasons = {
    exists: 'is there already',
    missing: 'is not there',
    version: 'was written since',
    expiry: '',
  };
  throw new CliError(ExitCode.NO, `${key}: not set, it ${reasons[written.reason]}`);
}

function conditionOf(flags: SetFlags): Condition | Unconditional {
  if (flags.ifAbsent) return { ifAbsent: true };
  if (flags.ifPresent) return { ifPresent: true };
  if (flags.ifVersion === undefined) return {};
  const version = Number(flags.ifVersion);
  if (!Number.isSafeInteger(version) || version < 0) {
    throw new CliError(
      ExitCode.USAGE,
      `--if-version ${flags.ifVersion}: a version is a whole number`,
      '`anoa get KEY --with-version` shows it.',
    );
  }
  return { ifVersion: version };
}
