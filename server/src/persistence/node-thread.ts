/** Starts a thread of this folder. */

import { Worker } from 'node:worker_threads';

/**
 * From sources, in development and tests, the thread's file is TypeScript, and tsx registers itself only in main
 * threads: there the thread first does that itself. What ships is JavaScript and takes the direct way.
 */
export function startThread(name: string, file: string): Worker {
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL(`./${file}.js`, import.meta.url), { name });
  const thread = JSON.stringify(new URL(`./${file}.ts`, import.meta.url).href);
  // Resolved from here: the thread's own `import` would look below the working directory.
  const loader = JSON.stringify(import.meta.resolve('tsx/esm/api'));
  const code = `import(${loader}).then(({ register }) => { register(); return import(${thread}); });`;
  return new Worker(code, { name, eval: true });
}
