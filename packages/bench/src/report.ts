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
  /** ISO 8601, UTC. */
  readonly takenAt: string;
  readonly groups: readonly GroupResult[];
}

const HEADINGS = ['', 'AnoaDB', 'other', 'ratio', 'aim'];

export function tableText(report: BenchReport): string {
  const rows = report.groups.map((group) => group.lines.map(cellsOf));
  const widths = HEADINGS.map((heading, column) =>
    Math.max(heading.length, ...rows.flat().map((cells) => cells[column].length)),
  );
  const print = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (i === 0 || i === 4 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
      .join('  ')
      .trimEnd();
  const out = [machineText(report.machine), redisText(report), '', print(HEADINGS)];
  report.groups.forEach((group, i) => {
    out.push('', group.title, ...rows[i].map(print));
    if (group.failure !== undefined) out.push(`  not measured: ${group.failure}`);
    for (const line of group.lines) if (line.note !== undefined) out.push(`  ${line.title}: ${line.note}`);
  });
  return out.join('\n');
}

export function markdownText(report: BenchReport): string {
  const out = [
    '# Results of `npm run bench`',
    '',
    `${machineText(report.machine)}; ${redisText(report)}; ${report.takenAt.slice(0, 10)}.`,
    'Client and server share this machine: take the ratios, not the numbers.',
  ];
  for (const group of report.groups) {
    out.push('', `## ${group.title}`, '');
    if (group.failure !== undefined) out.push(`Not measured: ${group.failure}`, '');
    if (group.lines.length === 0) continue;
    out.push('| | AnoaDB | other | ratio | aim |', '|---|---:|---:|---:|---|');
    for (const line of group.lines) out.push(`| ${cellsOf(line).join(' | ')} |`);
    const notes = group.lines.filter((line) => line.note !== undefined);
    if (notes.length > 0) out.push('', ...notes.map((line) => `- ${line.title}: ${line.note}`));
  }
  return `${out.join('\n')}\n`;
}

function cellsOf(line: Line): string[] {
  const { title, unit, ours, theirs, aim } = line;
  return [
    title,
    `${numberText(ours)} ${unit}`,
    theirs === undefined ? '' : `${numberText(theirs.value)} (${theirs.name})`,
    theirs === undefined || theirs.value === 0 ? '' : `${(ours / theirs.value).toFixed(2)} x`,
    aim === undefined ? '' : `${aim.text}: ${aim.isMet ? 'met' : 'MISSED'}`,
  ];
}

/** Three significant digits or whole thousands: more would pretend. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Math.abs(value) < 100) return String(Number(value.toPrecision(3)));
  return Math.round(value).toLocaleString('en-US').replaceAll(',', ' ');
}

function redisText(report: BenchReport): string {
  return report.redis === undefined ? 'Redis not installed' : `Redis ${report.redis}`;
}
