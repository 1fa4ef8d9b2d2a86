// Puts what a client command needs into a few files under dist/ (anoa.js and its chunks): node opens and links
// 130 modules one by one otherwise, which is half of the start of `anoa get`. The server stays outside: it has
// worker threads and native parts that look for their files beside them. Does nothing where nothing changed.
import { readdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { isBundleFresh } from '../bin/bundle-age.mjs';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));

if (!isBundleFresh()) {
  for (const name of readdirSync(dist)) if (/^anoa(-\w+)?\.js$/.test(name)) rmSync(dist + name);
  await build({
    entryPoints: { anoa: `${dist}main.js` },
    outdir: dist,
    chunkNames: 'anoa-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    // CommonJS dependencies ask for node's own modules by `require`.
    banner: {
      js: "import { createRequire as bundleRequire } from 'node:module'; const require = bundleRequire(import.meta.url);",
    },
    plugins: [{ name: 'server-outside', setup: keepServerOutside }],
  });
}

function keepServerOutside(bundle) {
  bundle.onResolve({ filter: /^@anoadb\/server$/ }, ({ path }) => ({ path, external: true }));
}
