import type { CliContext } from './context.js';
import { usageError } from './exit-codes.js';

/** Everything on standard input; refuses to wait for a person at a terminal who meant something else. */
export async function readStandardInput(context: CliContext, whatIsMissing: string): Promise<Uint8Array> {
  if (context.isPrompt || process.stdin.isTTY)
    throw usageError(whatIsMissing, '`anoa help set` shows examples.');
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
