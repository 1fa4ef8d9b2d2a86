/** Untyped text, on its way to the server. */

/** Text without a type, as a person typed it; see {@link text}. */
export class Text {
  readonly content: string | Uint8Array;

  constructor(content: string | Uint8Array) {
    this.content = content;
  }
}

/**
 * Text without a type: kept byte for byte, and read as what it looks like (`text('42')` is the integer 42,
 * `text('042')` stays a string). What the command line and other doors store. Plain strings need none of this.
 */
export function text(content: string | Uint8Array): Text {
  return new Text(content);
}
