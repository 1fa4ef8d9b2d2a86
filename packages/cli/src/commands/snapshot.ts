import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { standardOutput } from '../output/output-file.js';
import { countText, durationText, sizeText } from '../output/quantity-text.js';
import { renderTable } from '../output/table.js';
import { addSettingOptions } from '../setting-options.js';

export function registerSnapshot(program: Command, context: CliContext): void {
  const group = program
    .command('snapshot')
    .description('take, read and check the encrypted snapshots')
    .helpCommand(false);
  group
    .command('now')
    .description('take one now and wait until it is on disk')
    .action(() => runNow(context));
  addSettingOptions(
    group
      .command('cat [file-or-dir]')
      .description('decrypt to JSON lines on standard output; needs the key, not the server')
      .addHelpText(
        'after',
        '\nExamples:\n  anoa snapshot cat | jq -r .k\n  anoa snapshot cat backup/snap-12-001.anos --key-file ./store.key',
      ),
  ).action((path: string | undefined, flags: Record<string, unknown>) => runCat(path, flags));
  addSettingOptions(
    group
      .command('verify [file-or-dir]')
      .description('read every byte of a snapshot and say whether it is whole')
      .addHelpText(
        'after',
        '\nExamples:\n  anoa snapshot verify\n  anoa snapshot verify /backup/data --json',
      ),
  ).action((path: string | undefined, flags: Record<string, unknown>) => runVerify(context, path, flags));
}

async function runNow(context: CliContext): Promise<void> {
  const client = await context.client();
  const report = await client.snapshot({ timeout: Number.POSITIVE_INFINITY });
  if (context.wantsJson) context.terminal.line(JSON.stringify(report));
  else {
    context.terminal.line(
      `snapshot ${report.generation}: ${countText(report.entries)} entries, ${sizeText(report.bytes)}, ${durationText(report.elapsedMs)}`,
    );
  }
}

async function runCat(path: string | undefined, flags: Record<string, unknown>): Promise<void> {
  const { catSnapshotAt, loadSettings } = await import('@anoadb/server');
  const { settings } = await loadSettings({ flags });
  await catSnapshotAt(path ?? settings.dataDir, settings, (lines) => standardOutput.write(lines));
}

async function runVerify(
  context: CliContext,
  path: string | undefined,
  flags: Record<string, unknown>,
): Promise<void> {
  const { loadSettings, verifySnapshotAt } = await import('@anoadb/server');
  const { settings } = await loadSettings({ flags });
  const report = await verifySnapshotAt(path ?? settings.dataDir, settings);
  if (context.wantsJson) {
    context.terminal.line(JSON.stringify(report));
    return;
  }
  const { bold } = context.terminal.style;
  context.terminal.line(`${bold('whole')}: every byte was read and proven`);
  context.terminal.line(
    renderTable([
      ['generation', String(report.generation)],
      ['taken', new Date(report.createdMs).toISOString()],
      ['entries', countText(report.entries)],
      ['deletes', countText(report.deletes)],
      ['versions', `${report.beginVersion} to ${report.endVersion}`],
      ['JSON lines', sizeText(report.plainBytes)],
      ...report.files.map((file) => [
        'file',
        `${file.file}  ${sizeText(file.bytes)}  ${countText(file.chunks)} chunks`,
      ]),
    ]),
  );
}
