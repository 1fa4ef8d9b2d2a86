// Who may import whom. The pure core takes time, randomness and I/O as parameters, so that the simulator
// runs the code that production runs; this is the rule that keeps it so. Used by scripts/check.mjs.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** Folders whose code may touch no `node:` module, no clock, no global randomness, no timer. */
const PURE = [
  'packages/protocol/src',
  'packages/transport/src',
  'server/src/engine',
  'server/src/store',
  'server/src/persistence',
  'server/src/access',
  'server/src/doors',
];

/** The few files inside pure folders that are the edge: files, threads, crypto of the platform. */
const EDGES = [
  /^packages\/transport\/src\/node-crypto\.ts$/,
  /^server\/src\/(?:persistence|access|doors\/stream|doors\/http)\/node-[\w-]+\.ts$/,
  /^server\/src\/persistence\/[\w-]*worker[\w-]*\.ts$/,
];

/** Workspace packages each folder may name; a folder not listed may name none. */
const MAY_IMPORT = {
  'packages/protocol/src': [],
  'packages/transport/src': ['@anoadb/protocol'],
  'packages/udp/src': ['@anoadb/transport'],
  'packages/testkit/src': ['@anoadb/protocol', '@anoadb/transport', '@anoadb/udp'],
  'packages/codegen/src': [],
  'sdk-ts/src': ['@anoadb/protocol', '@anoadb/transport', '@anoadb/udp'],
  // Of it the copying of bytes and the code of the type of lists alone.
  'server/src/store': ['@anoadb/protocol'],
  'server/src/engine': ['@anoadb/protocol'],
  'server/src/persistence': ['@anoadb/protocol'],
  'server/src': ['@anoadb/protocol', '@anoadb/transport', '@anoadb/udp'],
  'packages/cli/src': ['@anoadb/protocol', '@anoadb/sdk', '@anoadb/server'],
  'packages/bench/src': [
    '@anoadb/protocol',
    '@anoadb/transport',
    '@anoadb/udp',
    '@anoadb/sdk',
    '@anoadb/server',
    '@anoadb/testkit',
  ],
};

/** Folders inside one package that must not look up: the store knows no engine, the engine no door. */
const MUST_NOT_REACH = {
  'server/src/store': ['engine', 'doors', 'persistence', 'config', 'ops'],
  'server/src/engine': ['doors', 'persistence', 'config', 'ops'],
  'server/src/persistence': ['doors', 'config', 'ops', 'access'],
  // A door knows no other door: what they have in common is the engine's, or the stream layer's.
  'server/src/doors/datagram': ['redis', 'memcached', 'http', 'stream'],
  'server/src/doors/stream': ['redis', 'memcached', 'http', 'datagram'],
  'server/src/doors/redis': ['memcached', 'http', 'datagram', 'persistence'],
  'server/src/doors/memcached': ['redis', 'http', 'datagram', 'persistence'],
  'server/src/doors/http': ['redis', 'memcached', 'datagram', 'persistence'],
};

/** The same of Java: packages below this folder, and what they may not name. */
const JAVA = 'sdk-java/src/main/java/io/anoadb';
const JAVA_RULES = [
  {
    folders: ['internal/transport', 'internal/protocol', 'generated'],
    what: /\b(?:java\.net\.|java\.nio\.channels\.|java\.io\.File\b|java\.nio\.file\.|System\.(?:nanoTime|currentTimeMillis)|Instant\.now|Math\.random|SecureRandom|ThreadLocalRandom|new Random\b|Thread\.)/,
    why: 'the part without I/O takes time, randomness and datagrams as parameters',
  },
  {
    folders: ['internal/transport', 'internal/protocol'],
    what: /\bio\.anoadb\.internal\.net\b/,
    why: 'the protocol knows no socket',
  },
  {
    // A virtual thread that waits inside of it holds its carrier, before Java 24.
    folders: [''],
    what: /\bsynchronized\b/,
    why: 'use a ReentrantLock or a lock-free queue',
  },
];

const AMBIENT =
  /\b(Date\.now|new Date\(\)|Math\.random|performance\.now|setTimeout|setInterval|setImmediate|process\.)\b/;
const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s[^'"]*?from\s*['"]([^'"]+)['"]|(?:^|[^.\w])import\(\s*['"]([^'"]+)['"]\s*\)|(?:^|\n)\s*import\s*['"]([^'"]+)['"]/g;

/** Violations in one file, each a sentence. `path` is relative to the root, with forward slashes. */
export function violationsIn(path, source) {
  const found = [];
  const isEdge = EDGES.some((edge) => edge.test(path));
  const isPure = !isEdge && PURE.some((folder) => path.startsWith(`${folder}/`));
  const code = withoutComments(source);
  for (const match of code.matchAll(IMPORT)) {
    const name = match[1] ?? match[2] ?? match[3];
    if (isPure && name.startsWith('node:'))
      found.push(`${path}: the pure core imports ${name}; pass it in as a parameter`);
    if (name.startsWith('@anoadb/') && !mayImport(path, packageOf(name)))
      found.push(`${path}: must not import ${name}`);
    const reached = reachedFolder(path, name);
    if (reached !== undefined) found.push(`${path}: must not reach up into ${reached}/`);
  }
  const ambient = isPure ? AMBIENT.exec(code) : null;
  if (ambient) found.push(`${path}: the pure core uses ${ambient[0]}; take it as a parameter`);
  return found;
}

/** Violations in one Java file, each a sentence. */
export function javaViolationsIn(path, source) {
  const code = withoutComments(source);
  return JAVA_RULES.flatMap(({ folders, what, why }) => {
    const isMeant = folders.some((folder) =>
      path.startsWith(folder === '' ? `${JAVA}/` : `${JAVA}/${folder}/`),
    );
    const match = isMeant ? what.exec(code) : null;
    return match === null ? [] : [`${path}: must not use ${match[0]}; ${why}`];
  });
}

/** All violations below `root`. */
export function violations(root) {
  const found = filesBelow(root, JAVA, '.java').flatMap(([path, source]) => javaViolationsIn(path, source));
  for (const folder of Object.keys(MAY_IMPORT)) {
    if (folder.startsWith('server/src/')) continue; // inside server/src
    for (const [path, source] of filesBelow(root, folder, '.ts')) found.push(...violationsIn(path, source));
  }
  return found;
}

/** Path relative to the root, and text, of every file with that ending. */
function filesBelow(root, folder, ending) {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => {
      const file = join(entry.parentPath, entry.name);
      return [relative(root, file).split(sep).join('/'), readFileSync(file, 'utf8')];
    });
}

function mayImport(path, name) {
  const folder = Object.keys(MAY_IMPORT)
    .filter((candidate) => path.startsWith(`${candidate}/`))
    .sort((a, b) => b.length - a.length)[0];
  return folder === undefined || MAY_IMPORT[folder].includes(name);
}

function packageOf(name) {
  return name.split('/').slice(0, 2).join('/');
}

function reachedFolder(path, name) {
  if (!name.startsWith('.')) return undefined;
  for (const [folder, banned] of Object.entries(MUST_NOT_REACH)) {
    if (!path.startsWith(`${folder}/`)) continue;
    for (const other of banned) if (new RegExp(`^(\\.\\./)+${other}/`).test(name)) return other;
  }
  return undefined;
}

function withoutComments(source) {
  return source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:'"`])\/\/.*$/gm, '$1');
}
