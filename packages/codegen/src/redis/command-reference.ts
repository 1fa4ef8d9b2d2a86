/** docs/REDIS-COMMANDS.md: what each command costs, and how it is written. */
import { markdownTable } from '../markdown-table.js';
import type { RedisArgument, RedisCommand, RedisGroup } from './redis-spec.js';

export function commandReference(groups: readonly RedisGroup[]): string {
  return `<!-- Generated from protocol-spec/redis/*.json by \`npm run gen\`: do not edit. -->

# Commands of the Redis door

What is exact and what differs from Redis is in [REDIS.md](REDIS.md). *Rights* is what an access key needs: read, write or
admin; *cost* what one call takes and what grows with the data. N is always explained in the row.

${groups.map(section).join('\n\n')}
`;
}

function section({ group, prose, commands }: RedisGroup): string {
  return [
    `## ${group}`,
    prose,
    markdownTable(
      ['command', 'what it does', 'rights', 'order', 'cost'],
      commands
        .filter(({ name }) => !name.endsWith('|help'))
        .map((command) => [
          `\`${syntax(command)}\``,
          command.deprecated === undefined
            ? command.summary
            : `${command.summary} Since ${command.deprecated.since} Redis advises ${command.deprecated.by.replaceAll('`', '')}.`,
          command.kind === 'none' ? '' : command.kind,
          command.complexity,
          command.cost,
        ]),
    ),
  ].join('\n\n');
}

function syntax({ name, arguments: parts }: RedisCommand): string {
  return [name.replace('|', ' ').toUpperCase(), ...parts.map(argumentText)].join(' ');
}

function argumentText(argument: RedisArgument): string {
  const { flags = [] } = argument;
  let text = bareText(argument);
  if (flags.includes('multiple')) {
    const again =
      flags.includes('multiple_token') || argument.token === undefined ? text : valueText(argument);
    text = `${text} [${again} ...]`;
  }
  return flags.includes('optional') ? `[${text}]` : text;
}

function bareText(argument: RedisArgument): string {
  const value = valueText(argument);
  return [argument.token, value].filter((part) => part !== undefined && part !== '').join(' ');
}

function valueText({ type, name, displayText, arguments: parts = [] }: RedisArgument): string {
  if (type === 'pure-token') return '';
  if (type === 'oneof') return parts.map(argumentText).join(' | ');
  if (type === 'block') return parts.map(argumentText).join(' ');
  return displayText ?? name;
}
