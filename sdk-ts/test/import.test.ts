import assert from 'node:assert';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';

const src = join(dirname(dirname(fileURLToPath(import.meta.url))), 'src');

test('importing the SDK loads a handful of small files; protocol, transport and sockets wait for connect()', () => {
  const loaded = new Set<string>();
  const waiting = ['index.ts'];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (loaded.has(file)) continue;
    loaded.add(file);
    const text = readFileSync(join(src, file), 'utf8');
    // Types are erased; what is imported or exported as a value is loaded.
    for (const [statement, specifier] of text.matchAll(/^(?:import|export) [^;]*?from '([^']+)';/gm)) {
      if (/^(?:import|export) type /.test(statement)) continue;
      assert.ok(specifier.startsWith('./'), `${file} loads ${specifier}`);
      waiting.push(join(dirname(file), specifier.replace(/\.js$/, '.ts')));
    }
  }
  assert.ok(loaded.size < 10, [...loaded].join(' '));
});

test.run();
