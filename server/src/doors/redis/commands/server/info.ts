/** INFO: sections of lines, under Redis's names where it has one for the same thing. */

import type { RedisCall } from '../../redis-call.js';
import type { RedisClient } from '../../redis-client.js';
import { type InfoSection, infoSections } from './info-sections.js';

/** Without a section named: all but those that are long. */
const NOT_BY_DEFAULT = new Set(['commandstats', 'latencystats']);

export function info(client: RedisClient, call: RedisCall): void {
  const named = new Set<string>();
  for (let i = 1; i < call.count; i++) named.add(call.text(i).toLowerCase());
  const isAll = named.has('all') || named.has('everything');
  const isDefault = named.size === 0 || named.has('default');
  let text = '';
  for (const section of infoSections) {
    const name = section.title.toLowerCase();
    if (!isAll && !named.has(name) && !(isDefault && !NOT_BY_DEFAULT.has(name))) continue;
    if (text !== '') text += '\r\n';
    text += sectionText(client, section);
  }
  client.reply.verbatim(text);
}

function sectionText(client: RedisClient, { title, facts }: InfoSection): string {
  let text = `# ${title}\r\n`;
  for (const [name, value] of facts(client.server)) text += `${name}:${value}\r\n`;
  return text;
}
