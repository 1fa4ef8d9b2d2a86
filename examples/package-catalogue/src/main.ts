/**
 * A catalogue of every package installed on this machine's project: each package.json is a JSON value with a
 * time to live, and is queried where it lies.
 *
 *   npm start                                  loads, queries, verifies
 *   npm start -- --node-modules DIR            of another project
 *   npm start -- --verify-only                 loads nothing: is everything still there, and equal?
 *
 * Stop the server and start it again between the two: the documents are back from the encrypted snapshot.
 */

import { isDeepStrictEqual, parseArgs } from 'node:util';
import { type AnoaClient, connect } from '@anoadb/sdk';
import { installedPackages, type Manifest } from './installed-packages.js';

const PREFIX = 'package:';

const { values: options } = parseArgs({
  options: {
    'node-modules': { type: 'string', default: new URL('../../../node_modules', import.meta.url).pathname },
    'verify-only': { type: 'boolean', default: false },
    ttl: { type: 'string', default: '24' },
  },
});

await using db = await connect();
const manifests: Manifest[] = [];
for await (const manifest of installedPackages(options['node-modules'])) manifests.push(manifest);
if (manifests.length === 0) throw new Error(`there are no packages in ${options['node-modules']}`);

if (!options['verify-only']) {
  await load(db, manifests);
  await query(db);
}
process.exitCode = (await verify(db, manifests)) ? 0 : 1;

function keyOf(manifest: Manifest): string {
  return `${PREFIX}${manifest.name}@${manifest.version}`;
}

async function load(db: AnoaClient, manifests: readonly Manifest[]): Promise<void> {
  const startMs = performance.now();
  // However many there are, no more are on their way at once than is good.
  await db.setMany(
    manifests.map((manifest) => [keyOf(manifest), manifest] as const),
    { ttl: `${Number(options.ttl)}h` },
  );
  const ms = performance.now() - startMs;
  console.log(`loaded ${manifests.length} documents in ${ms.toFixed(0)} ms, for ${options.ttl} hours`);
}

async function query(db: AnoaClient): Promise<void> {
  const byLicence = new Map<string, number>();
  const byDependencies: { name: string; dependencies: number }[] = [];
  for await (const [key, value] of db.entries({ prefix: PREFIX, type: 'json' })) {
    const manifest = value as unknown as Manifest;
    const licence = typeof manifest.license === 'string' ? manifest.license : 'other';
    byLicence.set(licence, (byLicence.get(licence) ?? 0) + 1);
    byDependencies.push({
      name: key.slice(PREFIX.length),
      dependencies: Object.keys(manifest.dependencies ?? {}).length,
    });
  }
  byDependencies.sort((a, b) => b.dependencies - a.dependencies || a.name.localeCompare(b.name));

  table(
    'packages by licence',
    [...byLicence].sort((a, b) => b[1] - a[1]),
  );
  table(
    'most dependencies',
    byDependencies.slice(0, 5).map(({ name, dependencies }) => [name, dependencies]),
  );
  let scoped = 0;
  for await (const _ of db.scan({ prefix: `${PREFIX}@types/` })) scoped += 1;
  table('by name', [['@types/…', scoped]]);
}

async function verify(db: AnoaClient, manifests: readonly Manifest[]): Promise<boolean> {
  const stored = await db.getMany(manifests.map(keyOf));
  const different = manifests.filter((manifest) => !isDeepStrictEqual(stored.get(keyOf(manifest)), manifest));
  for (const manifest of different.slice(0, 10)) {
    const state = stored.get(keyOf(manifest)) === undefined ? 'missing' : 'different';
    console.error(`${state}: ${keyOf(manifest)}`);
  }
  console.log(`verified ${manifests.length - different.length} of ${manifests.length} documents: equal`);
  return different.length === 0;
}

function table(title: string, rows: readonly (readonly [string, number])[]): void {
  const width = Math.max(...rows.map(([name]) => name.length));
  console.log(`\n${title}`);
  for (const [name, count] of rows) console.log(`  ${name.padEnd(width)}  ${String(count).padStart(5)}`);
}
