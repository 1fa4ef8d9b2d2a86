/**
 * Lines of a stream of bytes, ended by `\n` or `\r\n` alone. Not node's readline: that also cuts at U+2028, which
 * JSON strings may hold as it is, and it does not pass on errors of the stream.
 */

/** A line longer than this is no line but a file of another kind; it bounds what is held in memory. */
const LINE_BYTES_MAX = 128 * 1024 * 1024;
const NEWLINE = 0x0a;

/** Throws what the stream throws, and an Error that names the line where it is too long or no UTF-8. */
export async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let number = 0;
  let pieces: Uint8Array[] = [];
  let piecesBytes = 0;
  const take = (last: Uint8Array): string => {
    number++;
    const bytes = pieces.length === 0 ? last : Buffer.concat([...pieces, last]);
    pieces = [];
    piecesBytes = 0;
    return textOf(bytes, number);
  };
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      yield take(chunk.subarray(start, end));
      start = end + 1;
    }
    if (start === chunk.length) continue;
    pieces.push(chunk.subarray(start));
    piecesBytes += chunk.length - start;
    if (piecesBytes > LINE_BYTES_MAX) throw new Error(`line ${number + 1} is longer than 128 MiB`);
  }
  if (piecesBytes > 0) yield take(new Uint8Array());
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function textOf(bytes: Uint8Array, number: number): string {
  const hasReturn = bytes.length > 0 && bytes[bytes.length - 1] === 0x0d;
  let text: string;
  try {
    text = decoder.decode(hasReturn ? bytes.subarray(0, -1) : bytes);
  } catch {
    throw new Error(`line ${number} is not UTF-8`);
  }
  // Editors on Windows put a mark before the first line.
  return number === 1 && text.startsWith('\ufeff') ? text.slice(1) : text;
}
