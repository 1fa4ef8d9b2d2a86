/** Contestants take turns under one load; medians, spread, and who was the limit. */

import { type Contestant, type LoadShape, SECONDS } from './contestants.js';
import type { GeneratorReport, LatencyUs } from './generator.js';
import { type BenchContext, type Line, median } from './measurement.js';

/** From here on a side counts as the limit. */
const SATURATED = 0.95;
/** A round in which something else had a core for longer than this is taken again. */
const DISTURBED = 0.05;
const TRIES_MAX = 2;

/** One client with 64 requests on their way. */
export const ONE_PEER = { sockets: 1, outstanding: 64 } as const;
/** Fifty clients, each waiting for its answer. */
export const EACH_ALONE = { sockets: 50, outstanding: 1 } as const;

export interface Standing {
  readonly name: string;
  /** Operations a second, each round. */
  readonly rates: readonly number[];
  readonly rate: number;
  /** Operations in a second of the server's processor time; undefined where the system does not tell. */
  readonly perCore: number | undefined;
  /** Part of a core that the server was busy. */
  readonly serverBusy: number;
  readonly loadBusy: number;
  readonly latencyUs: LatencyUs;
  readonly lost: number;
  readonly missed: number;
  readonly errors: number;
  /** Part of a core that something else had. */
  readonly disturbed: number;
}

/** Every contestant's rounds in turn, at least five. `shapeOf` where they are not loaded alike. */
export async function takeTurns(
  context: BenchContext,
  contestants: readonly Contestant[],
  shape: LoadShape | ((contestant: Contestant) => LoadShape),
): Promise<Standing[]> {
  const taken: GeneratorReport[][] = contestants.map(() => []);
  for (let round = 0; round < context.rounds; round++) {
    for (const [i, contestant] of contestants.entries()) {
      const one = lengthened(context, typeof shape === 'function' ? shape(contestant) : shape);
      taken[i].push(await undisturbed(contestant, one));
    }
  }
  const standings = contestants.map((contestant, i) => standingOf(contestant.name, taken[i]));
  context.progress(`    ${standings.map(progressText).join(' | ')}`);
  return standings;
}

function lengthened(context: BenchContext, shape: LoadShape): LoadShape {
  return context.isFull ? { ...shape, seconds: 2 * (shape.seconds ?? SECONDS), warmSeconds: 0.5 } : shape;
}

/** The first run that had its cores to itself, else the one that was disturbed least. */
async function undisturbed(contestant: Contestant, shape: LoadShape): Promise<GeneratorReport> {
  const disturbance = (report: GeneratorReport) => Math.max(report.serverWaited, report.loadWaited);
  let best = await contestant.load(shape);
  for (let tries = 1; tries < TRIES_MAX && disturbance(best) > DISTURBED; tries++) {
    const next = await contestant.load(shape);
    if (disturbance(next) < disturbance(best)) best = next;
  }
  return best;
}

function progressText({ name, rate, serverBusy, loadBusy, lost, errors }: Standing): string {
  const trouble = lost + errors > 0 ? `, ${lost} lost, ${errors} errors` : '';
  return `${name} ${Math.round(rate)}/s (server ${percent(serverBusy)}, load ${percent(loadBusy)}${trouble})`;
}

function standingOf(name: string, reports: readonly GeneratorReport[]): Standing {
  const middle = (of: (report: GeneratorReport) => number): number => median(reports.map(of));
  const sum = (of: (report: GeneratorReport) => number): number =>
    reports.reduce((total, one) => total + of(one), 0);
  const knowsCore = reports.every((report) => report.serverSeconds > 0);
  return {
    name,
    rates: reports.map((report) => report.ops / report.seconds),
    rate: middle((report) => report.ops / report.seconds),
    perCore: knowsCore ? middle((report) => report.ops / report.serverSeconds) : undefined,
    serverBusy: middle((report) => report.serverSeconds / report.seconds),
    loadBusy: middle((report) => report.loadBusy),
    latencyUs: {
      p50: middle((report) => report.latencyUs.p50),
      p99: middle((report) => report.latencyUs.p99),
      p999: middle((report) => report.latencyUs.p999),
      max: middle((report) => report.latencyUs.max),
    },
    lost: sum((report) => report.lost),
    missed: sum((report) => report.misses),
    errors: sum((report) => report.errors),
    disturbed: middle((report) => Math.max(report.serverWaited, report.loadWaited)),
  };
}

export interface RateRow {
  readonly id: string;
  readonly title: string;
  /** At least this many times the other. */
  readonly aim?: number;
  /** Place in the table that comes first. */
  readonly headline?: number;
}

interface Verdict {
  readonly ratio: number;
  /** Where it is not that of the rates. */
  readonly how: string;
}

/**
 * By rate. Where the generator was the limit, not a server, by what a second of each server's processor time
 * answered. Where other processes disturbed both, by what is worse for us.
 */
function verdictOf(ours: Standing, theirs: Standing, perCore: number | undefined): Verdict {
  const ratio = ours.rate / theirs.rate;
  if (perCore === undefined) return { ratio, how: '' };
  if (Math.max(ours.disturbed, theirs.disturbed) > DISTURBED)
    return { ratio: Math.min(ratio, perCore), how: ', by rate and per core (other processes had the cores)' };
  const isLoadTheLimit = [ours, theirs].some(
    (one) => one.loadBusy >= SATURATED && one.serverBusy < SATURATED,
  );
  return isLoadTheLimit
    ? { ratio: perCore, how: ' per core (the generator was the limit)' }
    : { ratio, how: '' };
}

/**
 * Our rate beside another's, with the verdict on an aim.
 */
export function rateLine(row: RateRow, ours: Standing, theirs: Standing | undefined): Line {
  const { id, title, aim, headline } = row;
  const note = noteOf(ours, theirs);
  const placed: Line = {
    id,
    title,
    unit: '/s',
    ours: ours.rate,
    busy: [ours, theirs].flatMap((side) => (side === undefined ? [] : [busyText(side)])).join(' : '),
    ...(note === '' ? {} : { note }),
    ...(headline === undefined ? {} : { headline }),
  };
  if (theirs === undefined) return placed;
  const ratios = ours.rates.map((rate, i) => rate / theirs.rates[i]);
  const perCore =
    ours.perCore !== undefined && theirs.perCore !== undefined ? ours.perCore / theirs.perCore : undefined;
  const line: Line = {
    ...placed,
    theirs: { name: theirs.name, value: theirs.rate },
    spread: { least: Math.min(...ratios), most: Math.max(...ratios) },
    ...(perCore === undefined ? {} : { perCore }),
  };
  if (aim === undefined) return line;
  const { ratio, how } = verdictOf(ours, theirs, perCore);
  return { ...line, aim: { text: `at least ${aim}${how}`, isMet: ratio >= aim } };
}

function busyText({ serverBusy, loadBusy }: Standing): string {
  const whole = (part: number) => Math.round(part * 100);
  return `${whole(serverBusy)}/${whole(loadBusy)}`;
}

/** What a reader must know of a line beside its numbers. */
function noteOf(ours: Standing, theirs: Standing | undefined): string {
  const sides = theirs === undefined ? [ours] : [ours, theirs];
  return sides
    .flatMap((side) => {
      const { name, lost, missed, errors, disturbed } = side;
      const facts = [
        lost > 0 ? `${lost} datagrams lost` : '',
        missed > 0 ? `${missed} keys not found` : '',
        errors > 0 ? `${errors} ERRORS` : '',
        disturbed > DISTURBED
          ? `waited ${percent(disturbed)} of the time for a core (other processes, or threads of its own)`
          : '',
      ].filter(Boolean);
      return facts.length === 0 ? [] : [`${name}: ${facts.join(', ')}`];
    })
    .join('; ');
}

function percent(part: number): string {
  return `${Math.round(part * 100)} %`;
}
