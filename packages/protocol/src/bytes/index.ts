export { ByteReader, type Integer } from './byte-reader.js';
export { ByteWriter } from './byte-writer.js';
