/** The table with its handlers: every command of the spec, by name and in order. */

import { CommandLookup } from './command-lookup.js';
import { redisHandlers } from './commands/index.js';
import type { RedisCommandName } from './generated/command-names.js';
import { redisCommandTable } from './generated/command-table.js';
import type { RedisCall } from './redis-call.js';
import { RedisCommand } from './redis-command.js';

export class CommandRegistry {
  /** In the order of the table; `RedisCommand.index` is the place. */
  readonly commands: readonly RedisCommand[];
  /** Those that are no subcommands. */
  readonly top: readonly RedisCommand[];
  readonly #lookup: CommandLookup;

  constructor() {
    this.commands = redisCommandTable.map(
      (info, index) => new RedisCommand(info, index, redisHandlers[info.name as RedisCommandName]),
    );
    this.top = this.commands.filter(({ name }) => !name.includes('|'));
    for (const command of this.top) {
      const subcommands = this.subcommandsOf(command.name);
      if (subcommands.length > 0) command.subcommands = new CommandLookup(subcommands, subcommandName);
    }
    this.#lookup = new CommandLookup(this.top, ({ name }) => name);
  }

  /** Those of a container, by its name. */
  subcommandsOf(container: string): readonly RedisCommand[] {
    return this.commands.filter(({ name }) => name.startsWith(`${container}|`));
  }

  /** What argument 0 names, or of a container its subcommand that argument 1 names. */
  find(call: RedisCall): RedisCommand | undefined {
    const command = this.#lookup.find(call, 0);
    if (command?.subcommands === undefined || call.count === 1) return command;
    return command.subcommands.find(call, 1);
  }

  /** By its name in a text, `get` or `client|list`, in whatever case. */
  findByName(name: string): RedisCommand | undefined {
    const lower = name.toLowerCase();
    return this.commands.find((command) => command.name === lower);
  }

  /** The container that argument 0 names, if it is one. */
  findContainer(call: RedisCall): RedisCommand | undefined {
    const command = this.#lookup.find(call, 0);
    return command?.isContainer ? command : undefined;
  }
}

function subcommandName({ name }: RedisCommand): string {
  return name.slice(name.indexOf('|') + 1);
}
