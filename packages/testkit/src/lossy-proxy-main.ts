/**
 * A {@link LossyProxy} as a process, for tests in other languages:
 *
 *     node dist/lossy-proxy-main.js PORT [loss=0.1] [duplication=0.05] [reorder=0.1] [seed=1] …
 *
 * Prints `ready PORT seed N` and then takes lines: `loss=0.3 reorder=0` changes the weather (answer: `changed`),
 * `counters` prints them as JSON. It ends with its standard input, so that no test leaves it behind.
 */

import { createInterface } from 'node:readline';
import { LOSSY_PATH, LossyProxy } from './lossy-proxy.js';
import { type PathConditions, PERFECT_PATH } from './packet-simulator.js';

const [portText, ...settings] = process.argv.slice(2);
const { seed, ...conditions } = settingsOf(settings);
const proxy = await LossyProxy.start({
  port: Number(portText),
  conditions: { ...LOSSY_PATH, ...conditions },
  ...(seed === undefined ? {} : { seed }),
});
process.stdout.write(`ready ${proxy.port} seed ${proxy.random.seed}\n`);

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  if (line === 'counters') {
    process.stdout.write(`${JSON.stringify(proxy.counters)}\n`);
    return;
  }
  proxy.change(settingsOf(line.split(' ')));
  process.stdout.write('changed\n');
});
lines.on('close', () => proxy.close());

/** `name=number`, each a member of the conditions, or the seed. */
function settingsOf(texts: readonly string[]): Partial<PathConditions> & { seed?: number } {
  const given: Record<string, number> = {};
  for (const text of texts) {
    const [name, value] = text.split('=');
    if (!(name === 'seed' || name in PERFECT_PATH) || !Number.isFinite(Number(value))) {
      throw new Error(`"${text}" is no setting of the proxy; one is ${Object.keys(PERFECT_PATH).join(', ')}`);
    }
    given[name] = Number(value);
  }
  return given;
}
