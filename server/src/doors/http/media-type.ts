/** Media types: what a body is, and what an answer may be. */

export const MediaType = {
  JSON: 'application/json',
  TEXT: 'text/plain',
  BYTES: 'application/octet-stream',
} as const;
export type MediaType = (typeof MediaType)[keyof typeof MediaType];

/** What a value is served as where the choice is free, best first behind the one its type suggests. */
const SERVED: readonly MediaType[] = [MediaType.JSON, MediaType.TEXT, MediaType.BYTES];
/** What `curl -d` says of a body that is no form: text, as one without any type. */
const FORM = 'application/x-www-form-urlencoded';

/** What a body of that Content-Type is; undefined: nothing that a value can be made of. */
export function mediaOfBody(contentType: string | undefined): MediaType | undefined {
  if (contentType === undefined || contentType.trim() === '') return MediaType.TEXT;
  const [type, ...parameters] = contentType.split(';').map((part) => part.trim().toLowerCase());
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))?.slice(8);
  if (type === MediaType.BYTES) return MediaType.BYTES;
  if (charset !== undefined && !/^"?(utf-8|utf8|us-ascii)"?$/.test(charset)) return undefined;
  if (type === MediaType.JSON) return MediaType.JSON;
  return type === MediaType.TEXT || type === FORM ? MediaType.TEXT : undefined;
}

/**
 * What to serve to somebody who accepts that: of the best liked, `preferred` if it is one of them. Undefined: he takes
 * none of what there is.
 */
export function chooseMedia(accept: string | undefined, preferred: MediaType): MediaType | undefined {
  if (accept === undefined || accept.trim() === '') return preferred;
  const ranges = accept.split(',').map(parseRange);
  let best: MediaType | undefined;
  let bestQuality = 0;
  for (const media of [preferred, ...SERVED]) {
    const quality = qualityOf(media, ranges);
    if (quality > bestQuality) {
      best = media;
      bestQuality = quality;
    }
  }
  return best;
}

interface MediaRange {
  readonly type: string;
  readonly quality: number;
}

function parseRange(text: string): MediaRange {
  const [type, ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const q = parameters.find((parameter) => parameter.startsWith('q='));
  const quality = q === undefined ? 1 : Number(q.slice(2));
  return { type, quality: quality >= 0 && quality <= 1 ? quality : 0 };
}

/** The range that names the type most exactly decides. */
function qualityOf(media: MediaType, ranges: readonly MediaRange[]): number {
  const family = `${media.slice(0, media.indexOf('/'))}/*`;
  for (const wanted of [media, family, '*/*']) {
    const found = ranges.filter(({ type }) => type === wanted);
    if (found.length > 0) return Math.max(...found.map(({ quality }) => quality));
  }
  return 0;
}
