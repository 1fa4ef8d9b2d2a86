/**
 * The TypeScript client of a run across languages: takes lines of JSON and answers each with one, `{"ok": …}` or
 * `{"failed": why}`. Ends with its standard input. The other client, which gives the orders, is the Java SDK's test.
 */

import { createInterface } from 'node:readline';
import { connect } from '../../src/index.js';
import { assertValue, storable } from './spec-value.js';
import type { SpecValue } from './suite.js';

interface Order {
  readonly do: 'set' | 'check' | 'incr' | 'append' | 'version' | 'setIfVersion' | 'type';
  readonly key: string;
  readonly value?: SpecValue;
  readonly version?: number;
}

const db = await connect(process.argv[2]);
process.stdout.write('{"ok":"ready"}\n');

for await (const line of createInterface({ input: process.stdin })) {
  const answer = await obey(JSON.parse(line) as Order).then(
    (ok) => ({ ok }),
    (error: unknown) => ({ failed: String(error) }),
  );
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await db.close();

async function obey({ do: what, key, value, version }: Order): Promise<unknown> {
  switch (what) {
    case 'set':
      return (await db.set(key, storable(value!))).ok;
    case 'check':
      assertValue(await db.get(key), value!);
      return true;
    case 'incr':
      return String(await db.incr(key));
    case 'append':
      return db.append(key, storable(value!) as string);
    case 'version':
      return (await db.getEntry(key))?.version;
    case 'setIfVersion':
      return (await db.set(key, storable(value!), { ifVersion: version! })).ok;
    case 'type':
      return db.type(key);
  }
}
