/** The prompt's history, newest first, in a file only its owner may read: lines hold values. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

function historyFile(): string {
  const stateDir = process.env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state');
  return join(stateDir, 'anoadb', 'history');
}

export function loadHistory(): string[] {
  try {
    return readFileSync(historyFile(), 'utf8').split('\n').filter(Boolean).reverse();
  } catch {
    return [];
  }
}

/** Best effort: a read-only home must not end the prompt. */
export function saveHistory(newestFirst: string[]): void {
  try {
    mkdirSync(dirname(historyFile()), { recursive: true, mode: 0o700 });
    writeFileSync(historyFile(), `${[...newestFirst].reverse().join('\n')}\n`, { mode: 0o600 });
  } catch {}
}
