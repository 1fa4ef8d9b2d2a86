/** The table for a person, the JSON for a program, RESULTS.md for the repository. */

import { type Machine, machineText } from './machine.js';
import type { Line } from './measurement.js';

export interface GroupResult {
  readonly name: string;
  readonly title: string;
  readonly lines: readonly Line[];
  /** Why the group could not run. */
  readonly failure?: string;
}

export interface BenchReport {
  readonly machine: Machine;
  readonly redis: string | undefined;
  readonly memcached: string | undefined;
  /** How the load was made, and where. */
  readonly generator: string;
  readonly minutes: number;
  /** ISO 8601, UTC. */
  readonly takenAt: string;
  readonly groups: readonly GroupResult[];
}

const HEADINGS = ['', 'AnoaDB', 'other', 'ratio', 'rounds', 'per core', 'busy %', 'aim'];
const LEFT = new Set([0, HEADINGS.length - 1]);

const HEADLINE_TITLE = 'What it must show';

/** The groups with the lines in front that the project is judged by. */
function withHeadline(report: BenchReport): GroupResult[] {
  const lines = report.groups
    .flatMap((group) => group.lines)
    .filter((line) => line.headline !== undefined)
    .sort((a, b) => (a.headline ?? 0) - (b.headline ?? 0));
  return lines.length === 0
    ? [...report.groups]
    : [{ name: 'headline', title: HEADLINE_TITLE, lines }, ...report.groups];
}

/** A note stands once, in its group. */
function notesOf(group: GroupResult): Line[] {
  return group.name === 'headline' ? [] : group.lines.filter((line) => line.note !== undefined);
}

export function tableText(report: BenchReport): string {
  const groups = withHeadline(report);
  const rows = groups.map((group) => group.lines.map(cellsOf));
  const widths = HEADINGS.map((heading, column) =>
    Math.max(heading.length, ...rows.flat().map((cells) => cells[column].length)),
  );
  const print = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (LEFT.has(i) ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
      .join('  ')
      .trimEnd();
  const out = [...headText(report), '', print(HEADINGS)];
  groups.forEach((group, i) => {
    out.push('', group.title, ...rows[i].map(print));
    if (group.failure !== undefined) out.push(`  not measured: ${group.failure}`);
    for (const line of notesOf(group)) out.push(`  ${line.title}: ${line.note}`);
  });
  return out.join('\n');
}

export function markdownText(report: BenchReport): string {
  const out = [
    '# Results of `npm run bench`',
    '',
    ...headText(report).map((line) => `${line}  `.trimEnd()),
    '',
    READING,
  ];
  for (const group of withHeadline(report)) {
    out.push('', `## ${group.title}`, '');
    if (group.failure !== undefined) out.push(`Not measured: ${group.failure}`, '');
    if (group.lines.length === 0) continue;
    out.push(`| ${HEADINGS.join(' | ')} |`.replace('|  |', '| |'), '|---|---:|---:|---:|---:|---:|---:|---|');
    for (const line of group.lines) out.push(`| ${cellsOf(line).join(' | ')} |`);
    const notes = notesOf(group);
    if (notes.length > 0) out.push('', ...notes.map((line) => `- ${line.title}: ${line.note}`));
  }
  return `${out.join('\n')}\n`;
}

const READING = `Client and server share this machine: take the ratios, not the numbers. *ratio* is that of the medians of the
rounds, *rounds* the smallest and largest ratio of one round. *per core* is the ratio of what a second of each server's
processor time answered, whoever was the limit; *busy* is server/load of ours and of the other, in percent of a core.
A round in which other processes had a core for more than 5 % is taken again. A lost datagram is counted and never waited for beyond half a second.`;

function headText(report: BenchReport): string[] {
  const { machine, redis, memcached, generator, takenAt, minutes } = report;
  return [
    `${machineText(machine)}; ${takenAt.slice(0, 10)}, ${Math.round(minutes)} minutes.`,
    `${versionText('Redis', redis)}; ${versionText('memcached', memcached)}; ${generator}.`,
  ];
}

function versionText(name: string, version: string | undefined): string {
  return version === undefined ? `${name} not installed` : `${name} ${version}`;
}

function cellsOf(line: Line): string[] {
  const { title, unit, ours, theirs, aim, spread, perCore, busy } = line;
  return [
    title,
    `${numberText(ours)} ${unit}`.trimEnd(),
    theirs === undefined ? '' : `${numberText(theirs.value)} (${theirs.name})`,
    theirs === undefined || theirs.value === 0 ? '' : `${(ours / theirs.value).toFixed(2)} x`,
    spread === undefined ? '' : `${spread.least.toFixed(2)} - ${spread.most.toFixed(2)}`,
    perCore === undefined ? '' : `${perCore.toFixed(2)} x`,
    busy ?? '',
    aim === undefined ? '' : `${aim.text}: ${aim.isMet ? 'met' : 'MISSED'}`,
  ];
}

/** Three significant digits or whole thousands: more would pretend. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Math.abs(value) < 100) return String(Number(value.toPrecision(3)));
  return Math.round(value).toLocaleString('en-US').replaceAll(',', ' ');
}
