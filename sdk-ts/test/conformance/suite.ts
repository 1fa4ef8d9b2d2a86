/** The list of behaviours that every SDK must show, as protocol-spec/conformance has it. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '@anoadb/testkit';

/** A value in the terms of the spec, as the files write it. */
export type SpecValue = Readonly<Record<string, unknown>>;

/** Text, or bytes in hex, or a text many times over. */
export type SpecKey =
  | string
  | { readonly bytes: string }
  | { readonly repeat: string; readonly times: number };

/** What an op must answer. */
export interface Expected {
  readonly status: string;
  readonly value?: SpecValue;
  /** The members of an object come in the order written. */
  readonly ordered?: boolean;
  /** Keys of a scan, in any order. */
  readonly keys?: readonly string[];
  /** Of an atomic batch: each op's answer, and which op's condition failed. */
  readonly results?: readonly Expected[];
  readonly failed?: number;
  /** The version has this name from here on; is that of this name; is newer than that of this name. */
  readonly save?: string;
  readonly version?: string;
  readonly newerThan?: string;
}

export interface Step {
  readonly do: string;
  readonly key?: SpecKey;
  readonly newKey?: string;
  readonly value?: SpecValue;
  readonly flags?: Readonly<Record<string, unknown>>;
  readonly amountFloat?: number;
  readonly timeMs?: number;
  readonly at?: { readonly fromNowMs: number };
  readonly ms?: number;
  readonly prefix?: string;
  readonly pattern?: string;
  readonly type?: string;
  readonly pageSize?: number;
  readonly ops?: readonly Step[];
  readonly gives?: Expected;
}

export interface Behaviour {
  readonly id: string;
  readonly says: string;
  readonly group: string;
  /** To be done as written; or else `scene` says in words what to do. */
  readonly steps?: readonly Step[];
  readonly scene?: string;
}

const FOLDER = join(repositoryRoot(), 'protocol-spec', 'conformance');

/** All behaviours, in the order of the files. */
export function allBehaviours(): Behaviour[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .flatMap((name) => {
      const { group, behaviours } = JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as {
        group: string;
        behaviours: Omit<Behaviour, 'group'>[];
      };
      return behaviours.map((behaviour) => ({ ...behaviour, group }));
    });
}
