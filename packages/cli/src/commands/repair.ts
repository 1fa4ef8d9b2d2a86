import type { RepairReport } from '@anoadb/server';
import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { ExitCode } from '../exit-codes.js';
import { countText, sizeText } from '../output/quantity-text.js';
import { renderTable } from '../output/table.js';
import { serverFiles } from '../server-files.js';
import { addSettingOptions } from '../setting-options.js';

interface RepairFlags extends Record<string, unknown> {
  readonly to?: string;
  readonly stopAtHole?: boolean;
}

export function registerRepair(program: Command, context: CliContext): void {
  addSettingOptions(
    program
      .command('repair')
      .description('say what a damaged data directory has lost, and write what it still has into a new one')
      .option('--to <dir>', 'write what can be read into this new directory; without it nothing is written')
      .option('--stop-at-hole', 'nothing behind the first hole of the journal: a state that once was')
      .addHelpText(
        'after',
        `
The damaged directory is never changed. Nothing that was altered comes through: every part has its own seal.
Exit code 0 where nothing is lost, 65 where something is.

Examples:
  anoa repair                          what is lost?
  anoa repair --to ./data-repaired     keep the rest, then: anoa serve --data-dir ./data-repaired`,
      ),
  ).action((flags: RepairFlags) => runRepair(context, flags));
}

async function runRepair(context: CliContext, flags: RepairFlags): Promise<void> {
  const { to, stopAtHole, ...settingFlags } = flags;
  const { server, settings } = await serverFiles(settingFlags);
  const report = await server.repairDatabase(settings, { to, stopsAtHole: stopAtHole });
  if (!report.isWhole && to === undefined) process.exitCode = ExitCode.DAMAGE;
  const { terminal } = context;
  if (context.wantsJson) {
    terminal.line(JSON.stringify(report));
    return;
  }
  const { bold, dim, red } = terminal.style;
  const { losses, torn, keys, lastLsn, writtenTo } = report;
  if (report.isWhole) terminal.line(`${bold('nothing is lost')} in ${report.directory}`);
  else {
    terminal.line(
      `${red(`${losses.length} ${losses.length === 1 ? 'loss' : 'losses'}`)} in ${report.directory}`,
    );
    terminal.line(
      renderTable(
        losses.map(({ file, offset, bytes, what, firstLsn, lastLsn: last }) => [
          file,
          bytes === 0 ? '' : `offset ${offset}, ${sizeText(bytes)}`,
          firstLsn === undefined ? '' : `LSN ${firstLsn} to ${last}`,
          what,
        ]),
      ),
    );
  }
  if (torn !== undefined) {
    terminal.line(
      `${torn.file} ends with ${sizeText(torn.bytes)} that a crash tore; nobody was promised them, a start puts them aside`,
    );
  }
  terminal.line(`${countText(keys)} keys can be read, up to LSN ${lastLsn}${snapshotLoss(report)}`);
  if (report.accessKeys === undefined)
    terminal.line(`${red('access keys are lost')}: make new ones with \`anoa key create\``);
  if (writtenTo !== undefined) {
    terminal.line(`${bold('written')} to ${writtenTo}`);
    terminal.line(dim(`\`anoa serve --data-dir ${writtenTo}\` starts a server on it.`));
  } else if (!report.isWhole) {
    terminal.line(
      dim('Nothing was changed. `anoa repair --to DIR` writes what can be read into a new directory.'),
    );
  }
}

function snapshotLoss({ snapshotEntriesLost }: RepairReport): string {
  if (snapshotEntriesLost === undefined) return '; how many the snapshot has lost is not known';
  return snapshotEntriesLost === 0 ? '' : `; the snapshot has lost ${countText(snapshotEntriesLost)} entries`;
}
