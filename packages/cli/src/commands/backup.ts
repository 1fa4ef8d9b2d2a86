import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { ProgressBar } from '../output/progress-bar.js';
import { countText, sizeText } from '../output/quantity-text.js';
import { serverFiles } from '../server-files.js';
import { addSettingOptions } from '../setting-options.js';

export function registerBackup(program: Command, context: CliContext): void {
  addSettingOptions(
    program
      .command('backup <dir>')
      .description('copy the whole database, beside the server that runs on it, and prove the copy')
      .addHelpText(
        'after',
        `
Everything acknowledged before it began is in the copy. The files stay encrypted: keep the key file (or the
passphrase) apart from them, without it they are worth nothing.

Examples:
  anoa backup /backup/anoa-$(date +%F)
  anoa backup /backup/today --data-dir ./data --json`,
      ),
  ).action((directory: string, flags: Record<string, unknown>) => copy(context, 'backup', directory, flags));
  addSettingOptions(
    program
      .command('restore <backup>')
      .description('bring a backup back into the data directory, which must be new or empty')
      .addHelpText(
        'after',
        `
Every byte is proven; where one is wrong, nothing is left behind. Needs the secret of the time of the backup.

Examples:
  anoa restore /backup/anoa-2026-05-01
  anoa restore /backup/today --data-dir ./data-new && anoa serve --data-dir ./data-new`,
      ),
  ).action((backup: string, flags: Record<string, unknown>) => copy(context, 'restore', backup, flags));
}

/** `other` is the directory that is not the server's own. */
async function copy(
  context: CliContext,
  what: 'backup' | 'restore',
  other: string,
  flags: Record<string, unknown>,
): Promise<void> {
  const { server, settings } = await serverFiles(flags);
  const [from, to] = what === 'backup' ? [settings.dataDir, other] : [other, settings.dataDir];
  const bars = { copy: new ProgressBar('copy', 'bytes'), verify: new ProgressBar('verify', 'bytes') };
  const finish = () => {
    bars.copy.finish();
    bars.verify.finish();
  };
  const report = await server
    .copyDatabaseTo(from, to, settings, ({ step, bytes, bytesTotal }) => {
      bars[step].update(bytes, bytesTotal === 0 ? undefined : Math.min(1, bytes / bytesTotal));
    })
    .finally(finish);
  if (context.wantsJson) {
    context.terminal.line(JSON.stringify({ from, to, ...report }));
    return;
  }
  const { bold, dim } = context.terminal.style;
  const { files, bytes, lastLsn, dbNowMs } = report;
  context.terminal.line(
    `${bold(what)}: ${countText(files)} files, ${sizeText(bytes)} in ${to}, every byte proven\n` +
      `the state at LSN ${lastLsn}, ${new Date(dbNowMs).toISOString()}`,
  );
  context.terminal.line(
    dim(
      what === 'backup'
        ? `\`anoa restore ${to} --data-dir DIR\` brings it back.`
        : `\`anoa serve --data-dir ${to}\` starts a server on it.`,
    ),
  );
}
