import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { standardOutput } from '../output/output-file.js';
import { countText, sizeText } from '../output/quantity-text.js';
import { renderTable } from '../output/table.js';
import { serverFiles } from '../server-files.js';
import { addSettingOptions } from '../setting-options.js';

export function registerJournal(program: Command, context: CliContext): void {
  const group = program
    .command('journal')
    .description('read and check the encrypted journal')
    .helpCommand(false);
  addSettingOptions(
    group
      .command('cat [file-or-dir]')
      .description('decrypt to JSON lines on standard output; needs the key, not the server')
      .addHelpText(
        'after',
        `
The changes behind the snapshot, in the order they were made; lines as those of \`anoa snapshot cat\`.

Examples:
  anoa journal cat | jq -c 'select(.k == "user:1")'
  anoa journal cat data/jour-1-3.anoj --key-file ./store.key`,
      ),
  ).action((path: string | undefined, flags: Record<string, unknown>) => runCat(path, flags));
  addSettingOptions(
    group
      .command('verify [file-or-dir]')
      .description('read every byte of the journal as a start would, and say whether it is whole')
      .addHelpText('after', '\nExamples:\n  anoa journal verify\n  anoa journal verify /backup/data --json'),
  ).action((path: string | undefined, flags: Record<string, unknown>) => runVerify(context, path, flags));
}

async function runCat(path: string | undefined, flags: Record<string, unknown>): Promise<void> {
  const { server, settings } = await serverFiles(flags);
  await server.catJournalAt(path ?? settings.dataDir, settings, (lines) => standardOutput.write(lines));
}

async function runVerify(
  context: CliContext,
  path: string | undefined,
  flags: Record<string, unknown>,
): Promise<void> {
  const { server, settings } = await serverFiles(flags);
  const report = await server.verifyJournalAt(path ?? settings.dataDir, settings);
  const { terminal } = context;
  if (context.wantsJson) {
    terminal.line(JSON.stringify(report));
    return;
  }
  const { bold } = terminal.style;
  const { torn } = report;
  terminal.line(
    torn === undefined
      ? `${bold('whole')}: every byte was read and proven`
      : `${bold('whole up to its torn end')}: ${sizeText(torn.bytes)} at offset ${torn.offset} of ${torn.file} are what a crash left of writes that nobody was promised`,
  );
  terminal.line(
    renderTable([
      ['changes', `LSN ${report.snapshotLsn} (snapshot) to ${report.lastLsn}`],
      ['entries', countText(report.entries)],
      ['deletes', countText(report.deletes)],
      ['clears', countText(report.clears)],
      ['changes of lists', countText(report.listChanges)],
      ['replies kept', countText(report.marks)],
      ['sessions', countText(report.sessions)],
      ['synced up to', `LSN ${report.durableLsn}`],
      ...report.segments.map(({ name, startLsn, lastLsn, frames, bytes, isOpen }) => [
        isOpen ? 'open segment' : 'segment',
        `${name}  LSN ${startLsn} to ${lastLsn}  ${countText(frames)} frames  ${sizeText(bytes)}`,
      ]),
    ]),
  );
}
