import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { ProgressBar } from '../output/progress-bar.js';
import { countText, sizeText } from '../output/quantity-text.js';
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
  ).action((directory: string, flags: Record<string, unknown>) => runBackup(context, directory, flags));
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
  ).action((backup: string, flags: Record<string, unknown>) => runRestore(context, backup, flags));
}

async function runBackup(
  context: CliContext,
  directory: string,
  flags: Record<string, unknown>,
): Promise<void> {
  const { loadSettings } = await import('@anoadb/server');
  const { settings } = await loadSettings({ flags });
  await copy(context, 'backup', settings.dataDir, directory, settings);
}

async function runRestore(
  context: CliContext,
  backup: string,
  flags: Record<string, unknown>,
): Promise<void> {
  const { loadSettings } = await import('@anoadb/server');
  const { settings } = await loadSettings({ flags });
  await copy(context, 'restore', backup, settings.dataDir, settings);
}

async function copy(
  context: CliContext,
  what: 'backup' | 'restore',
  from: string,
  to: string,
  settings: Parameters<typeof import('@anoadb/server').copyDatabaseTo>[2],
): Promise<void> {
  const { copyDatabaseTo } = await import('@anoadb/server');
  const bars = { copy: new ProgressBar('copy', 'bytes'), verify: new ProgressBar('verify', 'bytes') };
  const finish = () => {
    bars.copy.finish();
    bars.verify.finish();
  };
  const report = await copyDatabaseTo(from, to, settings, ({ step, bytes, bytesTotal }) => {
    bars[step].update(bytes, bytesTotal === 0 ? undefined : Math.min(1, bytes / bytesTotal));
  }).finally(finish);
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
