import type { SnapshotSummary } from '@anoadb/sdk';
import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { CliError, ExitCode } from '../exit-codes.js';
import { standardOutput } from '../output/output-file.js';
import { countText, durationText, sizeText } from '../output/quantity-text.js';
import { renderTable } from '../output/table.js';
import { serverFiles } from '../server-files.js';
import { addSettingOptions } from '../setting-options.js';

/** How long a server may be out of reach while it takes a snapshot. */
const GONE_AFTER_MS = 5000;

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
  // However long it takes while the server says that it works on it; not for a server that has gone.
  const gone = new AbortController();
  let alarm: NodeJS.Timeout | undefined;
  const stopListening = [
    client.on('disconnected', () => {
      alarm ??= setTimeout(() => gone.abort(), context.options.timeout ?? GONE_AFTER_MS);
    }),
    client.on('reconnected', () => {
      clearTimeout(alarm);
      alarm = undefined;
    }),
  ];
  let report: SnapshotSummary;
  try {
    report = await client.snapshot({ timeout: Number.POSITIVE_INFINITY, signal: gone.signal });
  } catch (error) {
    if (!gone.signal.aborted) throw error;
    throw new CliError(
      ExitCode.NO_ANSWER,
      `the server at ${context.serverAddress} went away before the snapshot was done`,
      'Its log says why. The snapshot before it stands.',
    );
  } finally {
    clearTimeout(alarm);
    for (const stop of stopListening) stop();
  }
  if (context.wantsJson) context.terminal.line(JSON.stringify(report));
  else {
    context.terminal.line(
      `snapshot ${report.generation}: ${countText(report.entries)} entries, ${sizeText(report.bytes)}, ${durationText(report.elapsedMs)}`,
    );
  }
}

async function runCat(path: string | undefined, flags: Record<string, unknown>): Promise<void> {
  const { server, settings } = await serverFiles(flags);
  await server.catSnapshotAt(path ?? settings.dataDir, settings, (lines) => standardOutput.write(lines));
}

async function runVerify(
  context: CliContext,
  path: string | undefined,
  flags: Record<string, unknown>,
): Promise<void> {
  const { server, settings } = await serverFiles(flags);
  const report = await server.verifySnapshotAt(path ?? settings.dataDir, settings);
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
      ['changes of lists', countText(report.listChanges)],
      ['versions', `${report.beginVersion} to ${report.endVersion}`],
      ['JSON lines', sizeText(report.plainBytes)],
      ...report.files.map((file) => [
        'file',
        `${file.file}  ${sizeText(file.bytes)}  ${countText(file.chunks)} chunks`,
      ]),
    ]),
  );
}
