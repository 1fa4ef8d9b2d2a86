/** Keys are bytes; nearly all are text. The others are shown with `\xNN` and never sent raw to a terminal. */

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

export function isTextKey(key: Uint8Array): boolean {
  return textOf(key) !== undefined;
}

/** One line, unambiguous: text as it is, anything else with its bytes escaped. */
export function keyText(key: Uint8Array): string {
  const text = textOf(key);
  if (text !== undefined && !CONTROL.test(text)) return text;
  return Array.from(key, (byte) =>
    byte >= 0x20 && byte < 0x7f && byte !== 0x5c
      ? String.fromCharCode(byte)
      : `\\x${byte.toString(16).padStart(2, '0')}`,
  ).join('');
}

/** For `--json`: a string, or `{"base64": …}` where the key is not UTF-8. */
export function keyJson(key: Uint8Array): string {
  const text = textOf(key);
  return text === undefined ? `{"base64":"${Buffer.from(key).toString('base64')}"}` : JSON.stringify(text);
}

function textOf(key: Uint8Array): string | undefined {
  try {
    return decoder.decode(key);
  } catch {
    return undefined;
  }
}
