/** Replies of RESP 2 and 3, cut out of what a server sends. Bytes are kept as text of one character each. */

export interface Reply {
  /** First byte: `+`, `-`, `:`, `$`, `*`, `%`, … */
  readonly type: string;
  /** All of it, as it came. */
  readonly raw: string;
  /** What stands behind the type byte, or the bytes of a bulk; `null` for all nulls. Empty for aggregates. */
  readonly text: string | null;
  /** Members of an aggregate; of a map keys and values in turn. */
  readonly members: readonly Reply[];
}

const BULKS = '$=!';
const AGGREGATES = '*%~>';

/** Cuts replies off a growing text. */
export class ReplyReader {
  #text = '';
  #at = 0;

  push(chunk: string): void {
    this.#text = this.#text.slice(this.#at) + chunk;
    this.#at = 0;
  }

  /** The next reply if it is complete. */
  next(): Reply | undefined {
    const end = this.#read(this.#at);
    if (end === undefined) return undefined;
    this.#at = end.at;
    return end.reply;
  }

  /** What came and is no complete reply. */
  get rest(): string {
    return this.#text.slice(this.#at);
  }

  #read(start: number): { reply: Reply; at: number } | undefined {
    const lineEnd = this.#text.indexOf('\r\n', start);
    if (lineEnd < 0) return undefined;
    const type = this.#text[start];
    const line = this.#text.slice(start + 1, lineEnd);
    let at = lineEnd + 2;
    let text: string | null = type === '_' ? null : line;
    const members: Reply[] = [];
    if (BULKS.includes(type)) {
      const length = Number(line);
      text = null;
      if (length >= 0) {
        if (this.#text.length < at + length + 2) return undefined;
        text = this.#text.slice(at, at + length);
        at += length + 2;
      }
    } else if (AGGREGATES.includes(type)) {
      text = Number(line) < 0 ? null : '';
      const count = Number(line) * (type === '%' ? 2 : 1);
      for (let i = 0; i < count; i++) {
        const member = this.#read(at);
        if (member === undefined) return undefined;
        members.push(member.reply);
        at = member.at;
      }
    }
    return { reply: { type, raw: this.#text.slice(start, at), text, members }, at };
  }
}
