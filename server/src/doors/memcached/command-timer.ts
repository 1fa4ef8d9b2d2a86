/**
 * Times the command in hand and counts how it ended. One for all connections, since they are read one at a time. The
 * end of a command is the beginning of the next one of the same read, so that each looks at the clock once.
 */

import type { CommandStatistics } from '../../ops/command-statistics.js';
import { NO_COMMAND } from './timed-commands.js';

export class CommandTimer {
  /** Which command it is, as far as known. */
  command = NO_COMMAND;
  /** It has come to the data, or to comparing a secret: an error is no refusal any more. */
  isExecuted = false;
  /** It was answered with an error. A miss is none. */
  hasFailed = false;
  readonly #statistics: CommandStatistics;
  readonly #monotonicMs: () => number;
  /** When the last command ended, or the read began. */
  #clockMs = 0;

  constructor(statistics: CommandStatistics, monotonicMs: () => number) {
    this.#statistics = statistics;
    this.#monotonicMs = monotonicMs;
  }

  /** Bytes of a connection are read from now on. */
  beginRead(): void {
    this.#clockMs = this.#monotonicMs();
  }

  /** A request is read, what it is nobody knows yet. */
  beginCommand(): void {
    this.command = NO_COMMAND;
    this.isExecuted = false;
    this.hasFailed = false;
  }

  /** The time since the last look at the clock. */
  lapMs(): number {
    const nowMs = this.#monotonicMs();
    const elapsedMs = nowMs - this.#clockMs;
    this.#clockMs = nowMs;
    return elapsedMs;
  }

  /** The command was executed or refused; `earlierMs`: what it took in reads before this one. */
  endCommand(earlierMs: number): void {
    const { command } = this;
    if (command === NO_COMMAND) return;
    const statistics = this.#statistics;
    if (this.hasFailed) {
      if (!this.isExecuted) {
        statistics.rejected[command]++;
        return;
      }
      statistics.failed[command]++;
    }
    statistics.record(command, this.lapMs() + earlierMs);
  }
}
