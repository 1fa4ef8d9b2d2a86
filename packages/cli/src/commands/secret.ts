import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { CliError, ExitCode } from '../exit-codes.js';
import { serverFiles } from '../server-files.js';
import { addSettingOptions } from '../setting-options.js';

interface RotateFlags extends Record<string, unknown> {
  readonly newKeyFile?: string;
  readonly dataKey?: boolean;
}

const NEW_PASSPHRASE = 'ANOA_NEW_PASSPHRASE';

export function registerSecret(program: Command, context: CliContext): void {
  const group = program
    .command('secret')
    .description('change what the files are encrypted with')
    .helpCommand(false);
  addSettingOptions(
    group
      .command('rotate')
      .description('another key file or passphrase, another data key, or both; the server must be stopped')
      .option(
        '--new-key-file <file>',
        'key file that opens the database from now on; made where it is absent',
      )
      .option('--data-key', 'a new data key too: the next start writes everything anew with it')
      .addHelpText(
        'after',
        `
The secret of now is named as for \`anoa serve\` (--key-file, ANOA_PASSPHRASE); a new passphrase stands in ${NEW_PASSPHRASE},
never on the command line. Access keys (\`anoa key\`) are another thing and stay.

Examples:
  anoa secret rotate --new-key-file ~/keys/anoa-2027.key
  ${NEW_PASSPHRASE}='correct horse battery staple' anoa secret rotate
  anoa secret rotate --data-key          after a disk or a backup was lost with its key`,
      ),
  ).action((flags: RotateFlags) => runRotate(context, flags));
}

async function runRotate(context: CliContext, flags: RotateFlags): Promise<void> {
  const { newKeyFile, dataKey, ...settingFlags } = flags;
  const passphrase = process.env[NEW_PASSPHRASE];
  if (newKeyFile !== undefined && passphrase !== undefined) {
    throw new CliError(
      ExitCode.USAGE,
      `--new-key-file and ${NEW_PASSPHRASE} name two new secrets`,
      'Give one of them.',
    );
  }
  if (newKeyFile === undefined && passphrase === undefined && dataKey !== true) {
    throw new CliError(
      ExitCode.USAGE,
      'nothing to rotate',
      `Name a new secret (--new-key-file FILE, or ${NEW_PASSPHRASE}), or ask for a new data key (--data-key).`,
    );
  }
  const { server, settings } = await serverFiles(settingFlags);
  const report = await server.rotateSecret(settings, {
    keyFile: newKeyFile,
    passphrase,
    hasNewDataKey: dataKey === true,
  });
  const { terminal } = context;
  if (context.wantsJson) {
    terminal.line(JSON.stringify(report));
    return;
  }
  const { bold, dim } = terminal.style;
  const hasNewSecret = newKeyFile !== undefined || passphrase !== undefined;
  if (report.madeKeyFile !== undefined)
    terminal.note(`made the key file ${report.madeKeyFile}. Back it up now, apart from the data`);
  if (hasNewSecret) {
    terminal.line(`${bold('new secret')}: the database opens with it from now on`);
    terminal.line(
      dim(
        `Start it with ${newKeyFile === undefined ? 'ANOA_PASSPHRASE' : `--key-file ${newKeyFile}`}. Backups and the snapshot of now still open with the old one: take new ones (\`anoa snapshot now\`, \`anoa backup DIR\`).`,
      ),
    );
  }
  if (dataKey === true) {
    terminal.line(`${bold('new data key')}: number ${report.currentKeyId}`);
    terminal.line(dim('The next start takes a snapshot with it; the old key goes when no file needs it.'));
  }
}
