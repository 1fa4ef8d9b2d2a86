export { readBase64, writeBase64 } from './base64.js';
export { ByteReader, type Integer } from './byte-reader.js';
export { ByteWriter } from './byte-writer.js';
export { copyBytes } from './copy-bytes.js';
export { decodeUtf8, isValidUtf8 } from './utf8.js';
