// Generated from protocol-spec/messages/*.json by `npm run gen`: do not edit.

package io.anoadb.generated.wire;

import io.anoadb.internal.protocol.LittleEndian;
import io.anoadb.internal.protocol.OpWriter;
import io.anoadb.internal.protocol.WireValue;
import java.nio.ByteBuffer;

/**
 * Ops to bytes: one method per command, each of which makes an array of the exact length. An argument counts only where
 * its flag is set, and a number out of its range is an IllegalArgumentException.
 */
public final class OpEncoder {
  /** GET. Read a value. */
  public static byte[] get(byte[] key, int flags) {
    OpWriter.checkKey(key, 1, 1024);
    int argumentBytes = 0;
    ByteBuffer op = OpWriter.begin(Opcode.GET, flags, key, argumentBytes);
    return op.array();
  }

  /** SET. Write a value, with conditions and a time to live. */
  public static byte[] set(byte[] key, int flags, long version, long ttlMs, long expireAtMs, WireValue value) {
    OpWriter.checkKey(key, 1, 1024);
    int argumentBytes = 1 + value.bytes().length;
    if ((flags & 0x04) != 0) argumentBytes += 8;
    if ((flags & 0x08) != 0) argumentBytes += 6;
    if ((flags & 0x10) != 0) argumentBytes += 6;
    ByteBuffer op = OpWriter.begin(Opcode.SET, flags, key, argumentBytes);
    int at = op.position();
    if ((flags & 0x04) != 0) {
      OpWriter.checkRange("version", version, 0, 9007199254740991L);
      LittleEndian.u64(op, at, version);
      at += 8;
    }
    if ((flags & 0x08) != 0) {
      OpWriter.checkRange("ttlMs", ttlMs, 1, 281474976710655L);
      LittleEndian.u48(op, at, ttlMs);
      at += 6;
    }
    if ((flags & 0x10) != 0) {
      OpWriter.checkRange("expireAtMs", expireAtMs, 1, 281474976710655L);
      LittleEndian.u48(op, at, expireAtMs);
      at += 6;
    }
    OpWriter.value(op, at, value);
    return op.array();
  }

  /** DELETE. Remove a key. */
  public static byte[] delete(byte[] key, int flags, long version) {
    OpWriter.checkKey(key, 1, 1024);
    int argumentBytes = 0;
    if ((flags & 0x01) != 0) argumentBytes += 8;
    ByteBuffer op = OpWriter.begin(Opcode.DELETE, flags, key, argumentBytes);
    int at = op.position();
    if ((flags & 0x01) != 0) {
      OpWriter.checkRange("version", version, 0, 9007199254740991L);
      LittleEndian.u64(op, at, version);
    }
    return op.array();
  }

  /** EXISTS. Ask whether a key exists. */
  public static byte[] exists(byte[] key) {
    OpWriter.checkKey(key, 1, 1024);
    int argumentBytes = 0;
    ByteBuffer op = OpWriter.begin(Opcode.EXISTS, 0, key, argumentBytes);
    return op.array();
  }

  /** TTL. Ask how long a key will live. */
  public static byte[] ttl(byte[] key, int flags) {
    OpWriter.checkKey(key, 1, 1024);
    int argumentBytes = 0;
    ByteBuffer op = OpWriter.begin(Opcode.TTL, flags, key, argumentBytes);
    return op.array();
  }

  /** EXPIRE. Set when a key expires. */
  public static byte[] expire(byte[] key, int flags, long timeMs) {
    OpWriter.checkKey(key, 1, 1024);
    int argumentBytes = 6;
    ByteBuffer op = OpWriter.begin(Opcode.EXPIRE, flags, key, argumentBytes);
    int at = op.position();
    OpWriter.checkRange("timeMs", timeMs, 0, 281474976710655L);
    LittleEndian.u48(op, at, timeMs);
    return op.array();
  }

  /** PERSIST. Let a key live for ever. */
  public static byte[] persist(byte[] key) {
    OpWriter.checkKey(key, 1, 1024);
    int argumentBytes = 0;
    ByteBuffer op = OpWriter.begin(Opcode.PERSIST, 0, key, argumentBytes);
    return op.array();
  }

  /** INCR. Add to an integer. */
  public static byte[] incr(byte[] key, int flags, long amount, long ttlMs) {
    OpWriter.checkKey(key, 1, 1024);
    int argumentBytes = 0;
    if ((flags & 0x01) != 0) argumentBytes += 8;
    if ((flags & 0x02) != 0) argumentBytes += 6;
    ByteBuffer op = OpWriter.begin(Opcode.INCR, flags, key, argumentBytes);
    int at = op.position();
    if ((flags & 0x01) != 0) {
      LittleEndian.i64(op, at, amount);
      at += 8;
    }
    if ((flags & 0x02) != 0) {
      OpWriter.checkRange("ttlMs", ttlMs, 1, 281474976710655L);
      LittleEndian.u48(op, at, ttlMs);
    }
    return op.array();
  }

  /** INCRFLOAT. Add to a float. */
  public static byte[] incrFloat(byte[] key, int flags, double amountFloat, long ttlMs) {
    OpWriter.checkKey(key, 1, 1024);
    int argumentBytes = 8;
    if ((flags & 0x01) != 0) argumentBytes += 6;
    ByteBuffer op = OpWriter.begin(Opcode.INCRFLOAT, flags, key, argumentBytes);
    int at = op.position();
    OpWriter.checkFinite("amountFloat", amountFloat);
    LittleEndian.f64(op, at, amountFloat);
    at += 8;
    if ((flags & 0x01) != 0) {
      OpWriter.checkRange("ttlMs", ttlMs, 1, 281474976710655L);
      LittleEndian.u48(op, at, ttlMs);
    }
    return op.array();
  }

  /** APPEND. Add to the end of a value. */
  public static byte[] append(byte[] key, WireValue value) {
    OpWriter.checkKey(key, 1, 1024);
    int argumentBytes = 1 + value.bytes().length;
    ByteBuffer op = OpWriter.begin(Opcode.APPEND, 0, key, argumentBytes);
    int at = op.position();
    OpWriter.value(op, at, value);
    return op.array();
  }

  /** LENGTH. Ask for the length of a value. */
  public static byte[] length(byte[] key) {
    OpWriter.checkKey(key, 1, 1024);
    int argumentBytes = 0;
    ByteBuffer op = OpWriter.begin(Opcode.LENGTH, 0, key, argumentBytes);
    return op.array();
  }

  /** GETDELETE. Read a value and remove its key. */
  public static byte[] getDelete(byte[] key, int flags) {
    OpWriter.checkKey(key, 1, 1024);
    int argumentBytes = 0;
    ByteBuffer op = OpWriter.begin(Opcode.GETDELETE, flags, key, argumentBytes);
    return op.array();
  }

  /** GETEXPIRE. Read a value and set when its key expires. */
  public static byte[] getExpire(byte[] key, int flags, long ttlMs, long expireAtMs) {
    OpWriter.checkKey(key, 1, 1024);
    int argumentBytes = 0;
    if ((flags & 0x02) != 0) argumentBytes += 6;
    if ((flags & 0x04) != 0) argumentBytes += 6;
    ByteBuffer op = OpWriter.begin(Opcode.GETEXPIRE, flags, key, argumentBytes);
    int at = op.position();
    if ((flags & 0x02) != 0) {
      OpWriter.checkRange("ttlMs", ttlMs, 1, 281474976710655L);
      LittleEndian.u48(op, at, ttlMs);
      at += 6;
    }
    if ((flags & 0x04) != 0) {
      OpWriter.checkRange("expireAtMs", expireAtMs, 1, 281474976710655L);
      LittleEndian.u48(op, at, expireAtMs);
    }
    return op.array();
  }

  /** RENAME. Give an entry another key. */
  public static byte[] rename(byte[] key, int flags, byte[] newKey) {
    OpWriter.checkKey(key, 1, 1024);
    int argumentBytes = newKey.length;
    ByteBuffer op = OpWriter.begin(Opcode.RENAME, flags, key, argumentBytes);
    int at = op.position();
    OpWriter.checkKey(newKey, 1, 1024);
    op.put(at, newKey);
    return op.array();
  }

  /** TYPE. Ask for the type of a value. */
  public static byte[] type(byte[] key, int flags) {
    OpWriter.checkKey(key, 1, 1024);
    int argumentBytes = 0;
    ByteBuffer op = OpWriter.begin(Opcode.TYPE, flags, key, argumentBytes);
    return op.array();
  }

  /** SCAN. List keys, a page at a time. */
  public static byte[] scan(byte[] key, int flags, long cursor, int count, int type, byte[] pattern) {
    OpWriter.checkKey(key, 0, 1024);
    int argumentBytes = 8 + 2;
    if ((flags & 0x02) != 0) argumentBytes += 1;
    if ((flags & 0x01) != 0) argumentBytes += pattern.length;
    ByteBuffer op = OpWriter.begin(Opcode.SCAN, flags, key, argumentBytes);
    int at = op.position();
    OpWriter.checkRange("cursor", cursor, 0, 9007199254740991L);
    LittleEndian.u64(op, at, cursor);
    at += 8;
    OpWriter.checkRange("count", count, 1, 65535L);
    LittleEndian.u16(op, at, count);
    at += 2;
    if ((flags & 0x02) != 0) {
      LittleEndian.u8(op, at, type);
      at += 1;
    }
    if ((flags & 0x01) != 0) {
      OpWriter.checkLength("pattern", pattern, 1, 1024);
      op.put(at, pattern);
    }
    return op.array();
  }

  /** COUNT. Ask how many keys there are. */
  public static byte[] count() {
    int argumentBytes = 0;
    ByteBuffer op = OpWriter.begin(Opcode.COUNT, 0, OpWriter.NO_KEY, argumentBytes);
    return op.array();
  }

  /** FLUSH. Remove all keys. */
  public static byte[] flush() {
    int argumentBytes = 0;
    ByteBuffer op = OpWriter.begin(Opcode.FLUSH, 0, OpWriter.NO_KEY, argumentBytes);
    return op.array();
  }

  /** STATS. Ask how the server is. */
  public static byte[] stats() {
    int argumentBytes = 0;
    ByteBuffer op = OpWriter.begin(Opcode.STATS, 0, OpWriter.NO_KEY, argumentBytes);
    return op.array();
  }

  /** PING. Ask whether the server answers. */
  public static byte[] ping(byte[] payload) {
    int argumentBytes = payload.length;
    ByteBuffer op = OpWriter.begin(Opcode.PING, 0, OpWriter.NO_KEY, argumentBytes);
    int at = op.position();
    OpWriter.checkLength("payload", payload, 0, Integer.MAX_VALUE);
    op.put(at, payload);
    return op.array();
  }

  /** CHECK. Check a condition, for an atomic request. */
  public static byte[] check(byte[] key, int flags, long version) {
    OpWriter.checkKey(key, 1, 1024);
    int argumentBytes = 0;
    if ((flags & 0x04) != 0) argumentBytes += 8;
    ByteBuffer op = OpWriter.begin(Opcode.CHECK, flags, key, argumentBytes);
    int at = op.position();
    if ((flags & 0x04) != 0) {
      OpWriter.checkRange("version", version, 0, 9007199254740991L);
      LittleEndian.u64(op, at, version);
    }
    return op.array();
  }

  /** SNAPSHOT. Write a snapshot now. */
  public static byte[] snapshot() {
    int argumentBytes = 0;
    ByteBuffer op = OpWriter.begin(Opcode.SNAPSHOT, 0, OpWriter.NO_KEY, argumentBytes);
    return op.array();
  }

  /** COPY. Give a copy of an entry another key. */
  public static byte[] copy(byte[] key, int flags, byte[] newKey) {
    OpWriter.checkKey(key, 1, 1024);
    int argumentBytes = newKey.length;
    ByteBuffer op = OpWriter.begin(Opcode.COPY, flags, key, argumentBytes);
    int at = op.position();
    OpWriter.checkKey(newKey, 1, 1024);
    op.put(at, newKey);
    return op.array();
  }

  private OpEncoder() {}
}
