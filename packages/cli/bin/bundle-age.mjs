import { statSync } from 'node:fs';

/** What the bundle is made of. In an installed package these have no build info, and the bundle is what was packed. */
const PARTS = ['..', '../../protocol', '../../transport', '../../udp', '../../../sdk-ts', '../../../server'];

/** Whether dist/anoa.js is there and no part was compiled after it was made: old code must never run unnoticed. */
export function isBundleFresh() {
  const madeAtMs = changedAtMs('../dist/anoa.js');
  return madeAtMs > 0 && PARTS.every((part) => changedAtMs(`${part}/dist/.tsbuildinfo`) < madeAtMs);
}

function changedAtMs(path) {
  return statSync(new URL(path, import.meta.url), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
