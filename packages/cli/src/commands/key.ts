/**
 * `anoa key …`: access keys, in the data directory, whether a server runs or not. It knows no server: what lets
 * somebody change them is that he can read the store's key file.
 *
 * A secret is printed in one place, `showMade`, once.
 */
import type { AccessKeyInfo, KeyAdministrationOptions, MadeAccessKey } from '@anoadb/server';
import { type Command, Option } from 'commander';
import type { CliContext } from '../context.js';
import { durationOption } from '../option-argument.js';
import { keyText } from '../output/key-text.js';
import { renderTable } from '../output/table.js';
import { addSettingOptions } from '../setting-options.js';

interface CreateFlags {
  readonly name?: string;
  readonly role?: 'read' | 'write' | 'admin';
  readonly prefix?: string;
}

interface RotateFlags {
  readonly grace?: number;
}

export function registerKey(program: Command, context: CliContext): void {
  const group = program
    .command('key')
    .description('make, list and revoke access keys; works on the data directory, with or without a server')
    .helpCommand(false)
    .addHelpText(
      'after',
      `
The first key seals the database: from then on, and for good, every datagram is encrypted and needs a key. A server
that runs notices each change within a second; revoking a key ends its sessions at once.

Roles: read (commands that change nothing), write (those and all that change entries), admin (flush and snapshot too).`,
    );
  addSettingOptions(
    group
      .command('create')
      .description('make a key and print its connection string, once')
      .option('--name <name>', 'what it is called in lists (default: key-1, key-2, …)')
      .addOption(
        new Option(
          '--role <role>',
          'what it may do (default: write; the first key of a database: admin)',
        ).choices(['read', 'write', 'admin']),
      )
      .option('--prefix <prefix>', 'only keys that begin with this, such as app:')
      .addHelpText(
        'after',
        `
Examples:
  anoa key create
  anoa key create --name web --role read --prefix app:
  export ANOA_URL=$(anoa key create --name me)`,
      ),
  ).action((flags: CreateFlags) => runCreate(context, flags));
  addSettingOptions(group.command('list').description('names, roles and prefixes; never secrets')).action(
    (flags: Record<string, unknown>) => runList(context, flags),
  );
  addSettingOptions(
    group
      .command('revoke <name-or-id>')
      .description('take a key away; its sessions end at once')
      .addHelpText(
        'after',
        '\nThe database stays sealed, also without any key: `anoa key create` makes another.\n\nExamples:\n  anoa key revoke web',
      ),
  ).action((nameOrId: string, flags: Record<string, unknown>) => runRevoke(context, nameOrId, flags));
  addSettingOptions(
    group
      .command('rotate <name-or-id>')
      .description('give a key a new secret and print its connection string, once')
      .option('--grace <duration>', 'let the old secret work for so long, such as 10m', durationOption)
      .addHelpText('after', '\nExamples:\n  anoa key rotate web\n  anoa key rotate web --grace 10m'),
  ).action((nameOrId: string, flags: RotateFlags) => runRotate(context, nameOrId, flags));
}

async function runCreate(context: CliContext, flags: CreateFlags): Promise<void> {
  const { createAccessKey } = await import('@anoadb/server');
  const { name, role, prefix } = flags;
  showMade(context, await createAccessKey(await administration(context, flags), { name, role, prefix }));
}

async function runList(context: CliContext, flags: Record<string, unknown>): Promise<void> {
  const { listAccessKeys } = await import('@anoadb/server');
  const { isSealed, keys } = await listAccessKeys(await administration(context, flags));
  const { terminal } = context;
  if (context.wantsJson) {
    terminal.line(JSON.stringify(keys.map(jsonOf), undefined, 2));
    return;
  }
  if (keys.length > 0) {
    const { bold, dim } = terminal.style;
    const head = ['NAME', 'KEY ID', 'ROLE', 'PREFIX', 'CREATED', ''].map((title) => dim(title));
    const rows = keys.map((key) => [
      bold(key.name),
      key.keyId,
      key.role,
      key.prefix === '' ? '(all keys)' : keyText(new TextEncoder().encode(key.prefix)),
      new Date(key.createdMs).toISOString(),
      key.untilMs === undefined ? '' : `replaced, works until ${new Date(key.untilMs).toISOString()}`,
    ]);
    terminal.line(renderTable([head, ...rows]));
  } else {
    const { dim } = terminal.noteStyle;
    terminal.note(dim(isSealed ? SEALED_WITHOUT_KEYS : OPEN));
  }
}

const OPEN =
  'No access keys: the database is open to every program on this machine. `anoa key create` seals it.';
const SEALED_WITHOUT_KEYS =
  'No access key is left, and the database stays sealed: `anoa key create` makes one.';

async function runRevoke(
  context: CliContext,
  nameOrId: string,
  flags: Record<string, unknown>,
): Promise<void> {
  const { revokeAccessKey } = await import('@anoadb/server');
  const revoked = await revokeAccessKey(await administration(context, flags), nameOrId);
  if (context.wantsJson) context.terminal.line(JSON.stringify(revoked.map(jsonOf)));
  else for (const { name, keyId } of revoked) context.terminal.line(`revoked ${name} (${keyId})`);
}

async function runRotate(context: CliContext, nameOrId: string, flags: RotateFlags): Promise<void> {
  const { rotateAccessKey } = await import('@anoadb/server');
  const { grace, ...settings } = flags;
  showMade(context, await rotateAccessKey(await administration(context, settings), nameOrId, grace));
}

async function administration(context: CliContext, flags: object): Promise<KeyAdministrationOptions> {
  const { loadSettings } = await import('@anoadb/server');
  const { settings, warnings } = await loadSettings({ flags: flags as Record<string, unknown> });
  const { terminal } = context;
  for (const warning of warnings) terminal.note(terminal.noteStyle.yellow(warning));
  return { settings, log: ({ message }) => terminal.note(terminal.noteStyle.dim(message)) };
}

function showMade(context: CliContext, made: MadeAccessKey): void {
  const { terminal } = context;
  const { name, keyId, role, prefix, url } = made;
  if (context.wantsJson) {
    terminal.line(JSON.stringify({ name, keyId, role, prefix, url }));
    return;
  }
  terminal.line(url);
  const reach = prefix === '' ? 'all keys' : `keys that begin with ${JSON.stringify(prefix)}`;
  terminal.note(
    terminal.noteStyle.dim(
      `${name} (${keyId}): role ${role}, ${reach}. The line above is the secret; it is not shown again.`,
    ),
  );
}

function jsonOf({ name, keyId, role, prefix, createdMs, untilMs }: AccessKeyInfo): object {
  const until = untilMs === undefined ? {} : { until: new Date(untilMs).toISOString() };
  return { name, keyId, role, prefix, created: new Date(createdMs).toISOString(), ...until };
}
