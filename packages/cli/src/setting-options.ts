/** The server's settings as flags, from the one table that the server validates against. */
import { settingNames, settingTable } from '@anoadb/server/settings';
import type { Command } from 'commander';

export function addSettingOptions(command: Command): Command {
  command.option('--config <file>', 'config file, JSON (variable ANOA_CONFIG)');
  for (const name of settingNames) {
    const { flag, variable, summary } = settingTable[name];
    if (flag !== undefined) command.option(`${flag} <value>`, `${summary} (${variable})`);
  }
  return command;
}
