/** What `anoa serve` does, without the command line around it: for tests that need a process. */

import { serve } from '../src/main.js';

try {
  await serve();
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exit((error as { exitCode?: number }).exitCode ?? 1);
}
