export { parseFloatText, parseInteger, writeDecimal } from './decimal.js';
export { decodeValue, isValidValue } from './decode-value.js';
export { encodeValue } from './encode-value.js';
export { interpretText, writeInterpreted } from './interpret-text.js';
export { isJsonText, jsonToMessagePack, writeJsonAsMessagePack } from './json-to-message-pack.js';
export { MalformedValueError } from './malformed-value-error.js';
export { MessagePackReader, Token } from './message-pack-reader.js';
export { messagePackToJson, writeMessagePackAsJson } from './message-pack-to-json.js';
export { JSON_DEPTH_MAX, writeArrayHeader } from './message-pack-writer.js';
export { writeTextAsMessagePack } from './text-to-message-pack.js';
export type { AnoaValue, JsonValue } from './value.js';
export {
  jsonTextOfValue,
  plainText,
  writeJsonText,
  writePlainText,
  writeValueOfJsonText,
} from './value-text.js';
