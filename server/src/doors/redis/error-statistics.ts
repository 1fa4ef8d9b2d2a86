/** Error replies of the Redis door by their code; CONFIG RESETSTAT sets them back. */

export class ErrorStatistics {
  /** Error replies by their first word. */
  readonly errors = new Map<string, number>();
  errorReplies = 0;

  /** @param text of an error, its code first. */
  countError(text: string): void {
    this.errorReplies++;
    const space = text.indexOf(' ');
    const code = space < 0 ? text : text.slice(0, space);
    this.errors.set(code, (this.errors.get(code) ?? 0) + 1);
  }

  reset(): void {
    this.errors.clear();
    this.errorReplies = 0;
  }
}
