// Generated from protocol-spec/messages/*.json by `npm run gen`: do not edit.

package io.anoadb.generated.wire;

import io.anoadb.internal.protocol.LittleEndian;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/** One op, read as a server reads it. Arguments by name; of bytes that reach to the end an array. */
public final class OpDecoder {
  public int opcode;
  public int flags;
  public byte[] key = {};
  public int type;
  public final Map<String, Object> arguments = new LinkedHashMap<>();

  private final ByteBuffer op;
  private int at;
  private int end;

  private OpDecoder(ByteBuffer op) {
    this.op = op;
  }

  /** What a refused op answers, instead of an exception. */
  private static final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;
    final int status;

    Refused(int status) {
      super(Status.nameOf(status), null, false, false);
      this.status = status;
    }
  }

  /** The status and, where it is OK, the op; afterwards the buffer stands behind the op unless the boundaries are lost. */
  public record Decoded(int status, boolean boundariesLost, OpDecoder op) {}

  /** Reads one op from the position of {@code bytes}. */
  public static Decoded decode(ByteBuffer bytes) {
    OpDecoder decoder = new OpDecoder(bytes);
    int start = bytes.position();
    if (bytes.remaining() < OpHeaderLayout.BYTES) return new Decoded(Status.MALFORMED, true, decoder);
    decoder.opcode = OpHeaderLayout.opcode(bytes, start);
    decoder.flags = OpHeaderLayout.flags(bytes, start);
    int keyBytes = OpHeaderLayout.keyLen(bytes, start);
    long argumentBytes = OpHeaderLayout.argLen(bytes, start);
    long end = start + OpHeaderLayout.BYTES + keyBytes + argumentBytes;
    if (end > bytes.limit()) return new Decoded(Status.MALFORMED, true, decoder);
    decoder.at = start + OpHeaderLayout.BYTES + keyBytes;
    decoder.end = (int) end;
    decoder.key = new byte[keyBytes];
    bytes.get(start + OpHeaderLayout.BYTES, decoder.key);
    bytes.position((int) end);
    try {
      decoder.readArguments();
      decoder.require(decoder.at == decoder.end, Status.MALFORMED);
      return new Decoded(Status.OK, false, decoder);
    } catch (Refused refused) {
      return new Decoded(refused.status, false, decoder);
    }
  }

  private void readArguments() {
    switch (opcode) {
      case Opcode.GET -> readGet();
      case Opcode.SET -> readSet();
      case Opcode.DELETE -> readDelete();
      case Opcode.EXISTS -> readExists();
      case Opcode.TTL -> readTtl();
      case Opcode.EXPIRE -> readExpire();
      case Opcode.PERSIST -> readPersist();
      case Opcode.INCR -> readIncr();
      case Opcode.INCRFLOAT -> readIncrFloat();
      case Opcode.APPEND -> readAppend();
      case Opcode.LENGTH -> readLength();
      case Opcode.GETDELETE -> readGetDelete();
      case Opcode.GETEXPIRE -> readGetExpire();
      case Opcode.RENAME -> readRename();
      case Opcode.TYPE -> readType();
      case Opcode.SCAN -> readScan();
      case Opcode.COUNT -> readCount();
      case Opcode.FLUSH -> readFlush();
      case Opcode.STATS -> readStats();
      case Opcode.PING -> readPing();
      case Opcode.CHECK -> readCheck();
      case Opcode.SNAPSHOT -> readSnapshot();
      case Opcode.COPY -> readCopy();
      default -> throw new Refused(Status.UNSUPPORTED_OP);
    }
  }

  private void readGet() {
    require((flags & 0xfc) == 0, Status.MALFORMED);
    require(key.length <= 1024, Status.KEY_TOO_LARGE);
    require(key.length >= 1, Status.MALFORMED);
  }

  private void readSet() {
    require((flags & 0x80) == 0, Status.MALFORMED);
    atMostOne(0x07);
    atMostOne(0x38);
    require(key.length <= 1024, Status.KEY_TOO_LARGE);
    require(key.length >= 1, Status.MALFORMED);
    if (has(0x04)) {
      long version = takeU64();
      arguments.put("version", version);
    }
    if (has(0x08)) {
      long ttlMs = LittleEndian.u48(op, take(6));
      require(ttlMs >= 1, Status.MALFORMED);
      arguments.put("ttlMs", ttlMs);
    }
    if (has(0x10)) {
      long expireAtMs = LittleEndian.u48(op, take(6));
      require(expireAtMs >= 1, Status.MALFORMED);
      arguments.put("expireAtMs", expireAtMs);
    }
    type = LittleEndian.u8(op, take(1));
    require(ValueType.isSendable(type), Status.MALFORMED);
    byte[] value = rest();
    arguments.put("value", value);
  }

  private void readDelete() {
    require((flags & 0xfe) == 0, Status.MALFORMED);
    require(key.length <= 1024, Status.KEY_TOO_LARGE);
    require(key.length >= 1, Status.MALFORMED);
    if (has(0x01)) {
      long version = takeU64();
      arguments.put("version", version);
    }
  }

  private void readExists() {
    require((flags & 0xff) == 0, Status.MALFORMED);
    require(key.length <= 1024, Status.KEY_TOO_LARGE);
    require(key.length >= 1, Status.MALFORMED);
  }

  private void readTtl() {
    require((flags & 0xfe) == 0, Status.MALFORMED);
    require(key.length <= 1024, Status.KEY_TOO_LARGE);
    require(key.length >= 1, Status.MALFORMED);
  }

  private void readExpire() {
    require((flags & 0xe0) == 0, Status.MALFORMED);
    atMostOne(0x06);
    atMostOne(0x1a);
    require(key.length <= 1024, Status.KEY_TOO_LARGE);
    require(key.length >= 1, Status.MALFORMED);
    long timeMs = LittleEndian.u48(op, take(6));
    arguments.put("timeMs", timeMs);
  }

  private void readPersist() {
    require((flags & 0xff) == 0, Status.MALFORMED);
    require(key.length <= 1024, Status.KEY_TOO_LARGE);
    require(key.length >= 1, Status.MALFORMED);
  }

  private void readIncr() {
    require((flags & 0xfc) == 0, Status.MALFORMED);
    require(key.length <= 1024, Status.KEY_TOO_LARGE);
    require(key.length >= 1, Status.MALFORMED);
    if (has(0x01)) {
      long amount = LittleEndian.i64(op, take(8));
      arguments.put("amount", amount);
    }
    if (has(0x02)) {
      long ttlMs = LittleEndian.u48(op, take(6));
      require(ttlMs >= 1, Status.MALFORMED);
      arguments.put("ttlMs", ttlMs);
    }
  }

  private void readIncrFloat() {
    require((flags & 0xfe) == 0, Status.MALFORMED);
    require(key.length <= 1024, Status.KEY_TOO_LARGE);
    require(key.length >= 1, Status.MALFORMED);
    double amountFloat = LittleEndian.f64(op, take(8));
    require(Double.isFinite(amountFloat), Status.MALFORMED);
    arguments.put("amountFloat", amountFloat);
    if (has(0x01)) {
      long ttlMs = LittleEndian.u48(op, take(6));
      require(ttlMs >= 1, Status.MALFORMED);
      arguments.put("ttlMs", ttlMs);
    }
  }

  private void readAppend() {
    require((flags & 0xff) == 0, Status.MALFORMED);
    require(key.length <= 1024, Status.KEY_TOO_LARGE);
    require(key.length >= 1, Status.MALFORMED);
    type = LittleEndian.u8(op, take(1));
    require(ValueType.isSendable(type), Status.MALFORMED);
    require(type == ValueType.STRING || type == ValueType.BYTES || type == ValueType.TEXT, Status.TYPE_MISMATCH);
    byte[] value = rest();
    arguments.put("value", value);
  }

  private void readLength() {
    require((flags & 0xff) == 0, Status.MALFORMED);
    require(key.length <= 1024, Status.KEY_TOO_LARGE);
    require(key.length >= 1, Status.MALFORMED);
  }

  private void readGetDelete() {
    require((flags & 0xfe) == 0, Status.MALFORMED);
    require(key.length <= 1024, Status.KEY_TOO_LARGE);
    require(key.length >= 1, Status.MALFORMED);
  }

  private void readGetExpire() {
    require((flags & 0xf0) == 0, Status.MALFORMED);
    atMostOne(0x0e);
    require(key.length <= 1024, Status.KEY_TOO_LARGE);
    require(key.length >= 1, Status.MALFORMED);
    if (has(0x02)) {
      long ttlMs = LittleEndian.u48(op, take(6));
      require(ttlMs >= 1, Status.MALFORMED);
      arguments.put("ttlMs", ttlMs);
    }
    if (has(0x04)) {
      long expireAtMs = LittleEndian.u48(op, take(6));
      require(expireAtMs >= 1, Status.MALFORMED);
      arguments.put("expireAtMs", expireAtMs);
    }
  }

  private void readRename() {
    require((flags & 0xfe) == 0, Status.MALFORMED);
    require(key.length <= 1024, Status.KEY_TOO_LARGE);
    require(key.length >= 1, Status.MALFORMED);
    byte[] newKey = rest();
    require(newKey.length <= 1024, Status.KEY_TOO_LARGE);
    require(newKey.length >= 1, Status.MALFORMED);
    arguments.put("newKey", newKey);
  }

  private void readType() {
    require((flags & 0xfe) == 0, Status.MALFORMED);
    require(key.length <= 1024, Status.KEY_TOO_LARGE);
    require(key.length >= 1, Status.MALFORMED);
  }

  private void readScan() {
    require((flags & 0xf8) == 0, Status.MALFORMED);
    require(key.length <= 1024, Status.KEY_TOO_LARGE);
    require(key.length >= 0, Status.MALFORMED);
    long cursor = takeU64();
    arguments.put("cursor", cursor);
    int count = LittleEndian.u16(op, take(2));
    require(count >= 1, Status.MALFORMED);
    arguments.put("count", count);
    if (has(0x02)) {
      type = LittleEndian.u8(op, take(1));
      require(type == ValueType.NULL || type == ValueType.BOOLEAN || type == ValueType.INTEGER || type == ValueType.FLOAT || type == ValueType.STRING || type == ValueType.JSON || type == ValueType.BYTES || type == ValueType.LIST || type == ValueType.TEXT, Status.MALFORMED);
      arguments.put("type", type);
    }
    if (has(0x01)) {
      byte[] pattern = rest();
      require(pattern.length >= 1, Status.MALFORMED);
      require(pattern.length <= 1024, Status.MALFORMED);
      arguments.put("pattern", pattern);
    }
  }

  private void readCount() {
    require((flags & 0xff) == 0, Status.MALFORMED);
    require(key.length == 0, Status.MALFORMED);
  }

  private void readFlush() {
    require((flags & 0xff) == 0, Status.MALFORMED);
    require(key.length == 0, Status.MALFORMED);
  }

  private void readStats() {
    require((flags & 0xff) == 0, Status.MALFORMED);
    require(key.length == 0, Status.MALFORMED);
  }

  private void readPing() {
    require((flags & 0xff) == 0, Status.MALFORMED);
    require(key.length == 0, Status.MALFORMED);
    byte[] payload = rest();
    require(payload.length >= 0, Status.MALFORMED);
    arguments.put("payload", payload);
  }

  private void readCheck() {
    require((flags & 0xf8) == 0, Status.MALFORMED);
    atMostOne(0x07);
    require(key.length <= 1024, Status.KEY_TOO_LARGE);
    require(key.length >= 1, Status.MALFORMED);
    if (has(0x04)) {
      long version = takeU64();
      arguments.put("version", version);
    }
  }

  private void readSnapshot() {
    require((flags & 0xff) == 0, Status.MALFORMED);
    require(key.length == 0, Status.MALFORMED);
  }

  private void readCopy() {
    require((flags & 0xfe) == 0, Status.MALFORMED);
    require(key.length <= 1024, Status.KEY_TOO_LARGE);
    require(key.length >= 1, Status.MALFORMED);
    byte[] newKey = rest();
    require(newKey.length <= 1024, Status.KEY_TOO_LARGE);
    require(newKey.length >= 1, Status.MALFORMED);
    arguments.put("newKey", newKey);
  }

  private boolean has(int flag) {
    return (flags & flag) != 0;
  }

  private void require(boolean holds, int status) {
    if (!holds) throw new Refused(status);
  }

  private void atMostOne(int mask) {
    require(Integer.bitCount(flags & mask) <= 1, Status.MALFORMED);
  }

  private int take(int bytes) {
    require(end - at >= bytes, Status.MALFORMED);
    int start = at;
    at += bytes;
    return start;
  }

  private long takeU64() {
    long value = LittleEndian.i64(op, take(8));
    require(value >= 0 && value <= LittleEndian.U64_MAX, Status.MALFORMED);
    return value;
  }

  private byte[] rest() {
    byte[] rest = new byte[end - at];
    op.get(at, rest);
    at = end;
    return rest;
  }
}
