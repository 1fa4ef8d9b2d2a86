/** Entry of `anoa`: parses, runs one command (or the prompt), and ends with the exit code that says how it went. */
import { CliContext } from './context.js';
import { reportFailure } from './failure.js';
import { buildProgram } from './program.js';

export async function main(argv: string[]): Promise<void> {
  ignoreClosedPipe();
  const context = new CliContext();
  try {
    const program = await buildProgram(context, argv);
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    process.exitCode = reportFailure(error, context);
  } finally {
    await context.close();
  }
}

/** `anoa scan | head -3` closes our stdout early; that is no error. */
function ignoreClosedPipe(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
}
