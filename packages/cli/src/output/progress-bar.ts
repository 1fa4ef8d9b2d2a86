/**
 * Progress of something that takes longer than a moment, on stderr: one line that is redrawn on a terminal,
 * nothing at all where stderr is piped (a log of bars helps nobody).
 */
import { countText, durationText } from './quantity-text.js';

const REDRAW_MS = 100;
const BAR_CELLS = 24;

export class ProgressBar {
  readonly #label: string;
  readonly #unit: string;
  readonly #isShown: boolean;
  readonly #startedAtMs = performance.now();
  #drawnAtMs = 0;
  #isDrawn = false;

  constructor(label: string, unit: string) {
    this.#label = label;
    this.#unit = unit;
    this.#isShown = process.stderr.isTTY === true;
  }

  /** `done` in units; `fraction` in 0..1 where the whole is known, else undefined. */
  update(done: number, fraction: number | undefined): void {
    if (!this.#isShown) return;
    const nowMs = performance.now();
    if (nowMs - this.#drawnAtMs < REDRAW_MS) return;
    this.#drawnAtMs = nowMs;
    this.#draw(done, fraction, nowMs);
  }

  /** Removes the bar, so that what follows starts on a clean line. */
  finish(): void {
    if (this.#isDrawn) process.stderr.write('\r\u001b[K');
    this.#isDrawn = false;
  }

  #draw(done: number, fraction: number | undefined, nowMs: number): void {
    const elapsedMs = nowMs - this.#startedAtMs;
    const rate = elapsedMs > 0 ? (done / elapsedMs) * 1000 : 0;
    const parts = [this.#label];
    if (fraction !== undefined) {
      const filled = Math.round(Math.min(1, fraction) * BAR_CELLS);
      parts.push(`${'█'.repeat(filled)}${'░'.repeat(BAR_CELLS - filled)} ${Math.floor(fraction * 100)} %`);
    }
    parts.push(`${countText(done)} ${this.#unit}`, `${countText(rate)}/s`);
    if (fraction !== undefined && fraction > 0.01) {
      parts.push(`${durationText((elapsedMs * (1 - fraction)) / fraction)} left`);
    }
    process.stderr.write(`\r\u001b[K${parts.join('  ')}`);
    this.#isDrawn = true;
  }
}
