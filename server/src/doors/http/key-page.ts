/** A page of a SCAN, its layout of bytes as JSON. */

import {
  ByteReader,
  type ByteWriter,
  type Result,
  ValueType,
  valueTypeNames,
  writeJsonText,
} from '@anoadb/protocol';

const reader = new ByteReader();

/** Appends `{"keys":[…],"cursor":"…"}`, with `types` where the SCAN asked for them; cursor is null at the end. */
export function writeKeyPage(writer: ByteWriter, result: Result, hasTypes: boolean): void {
  reader.reset(result.bytes, result.start, result.end);
  const cursor = reader.u64();
  const count = reader.u16();
  const types: string[] = [];
  writer.utf8('{"keys":[');
  for (let i = 0; i < count; i++) {
    const keyBytes = reader.u16();
    const keyStart = reader.skip(keyBytes);
    if (i > 0) writer.utf8(',');
    writeJsonText(writer, ValueType.TEXT, result.bytes, keyStart, keyStart + keyBytes);
    if (hasTypes) types.push(valueTypeNames[reader.u8()]);
  }
  writer.utf8(']');
  if (hasTypes) writer.utf8(`,"types":${JSON.stringify(types)}`);
  writer.utf8(`,"cursor":${cursor === 0 ? 'null' : `"${cursor}"`}}`);
}
