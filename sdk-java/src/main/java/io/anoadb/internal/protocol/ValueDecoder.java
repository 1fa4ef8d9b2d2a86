package io.anoadb.internal.protocol;

import io.anoadb.AnoaValue;
import io.anoadb.AnoaValue.BigIntegerValue;
import io.anoadb.AnoaValue.Member;
import io.anoadb.AnoaValue.ObjectValue;
import io.anoadb.AnoaValue.TextValue;
import io.anoadb.generated.wire.Limits;
import io.anoadb.generated.wire.ValueType;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.msgpack.core.MessageFormat;
import org.msgpack.core.MessagePack;
import org.msgpack.core.MessagePackException;
import org.msgpack.core.MessageUnpacker;

/**
 * Values from their wire form. Bytes that are none of the type's are a {@link MalformedException}; their time and memory
 * are bounded by their length, whatever lengths they claim.
 */
public final class ValueDecoder {
  private ValueDecoder() {}

  /** The value of {@code type} in [start, end) of the buffer, copied out of it. */
  public static AnoaValue decode(int type, ByteBuffer buffer, int start, int end) {
    int length = end - start;
    return switch (type) {
      case ValueType.STRING -> AnoaValue.of(string(buffer, start, length));
      case ValueType.INTEGER -> {
        expectLength(type, length, Long.BYTES);
        yield AnoaValue.of(LittleEndian.i64(buffer, start));
      }
      case ValueType.JSON -> json(copy(buffer, start, length));
      case ValueType.BYTES -> AnoaValue.of(copy(buffer, start, length));
      case ValueType.FLOAT -> {
        expectLength(type, length, Double.BYTES);
        yield AnoaValue.of(LittleEndian.f64(buffer, start));
      }
      case ValueType.BOOLEAN -> {
        expectLength(type, length, 1);
        byte flag = buffer.get(start);
        if (flag != 0 && flag != 1) throw new MalformedException("a boolean that is neither 0 nor 1");
        yield AnoaValue.of(flag == 1);
      }
      case ValueType.NULL -> {
        expectLength(type, length, 0);
        yield AnoaValue.NULL;
      }
      case ValueType.TEXT -> new TextValue(copy(buffer, start, length));
      default -> throw new MalformedException("a value of " + ValueType.nameOf(type) + ", which is never stored");
    };
  }

  private static void expectLength(int type, int length, int expected) {
    if (length == expected) return;
    throw new MalformedException(ValueType.nameOf(type) + " has " + expected + " bytes, not " + length);
  }

  private static String string(ByteBuffer buffer, int start, int length) {
    if (buffer.hasArray()) return Utf8.decode(buffer.array(), buffer.arrayOffset() + start, length);
    return Utf8.decode(copy(buffer, start, length), 0, length);
  }

  private static byte[] copy(ByteBuffer buffer, int start, int length) {
    byte[] copy = new byte[length];
    buffer.get(start, copy);
    return copy;
  }

  private static AnoaValue json(byte[] bytes) {
    try (MessageUnpacker unpacker = MessagePack.newDefaultUnpacker(bytes)) {
      AnoaValue value = read(unpacker, bytes.length, 0);
      if (unpacker.getTotalReadBytes() != bytes.length) throw new MalformedException("bytes behind a json value");
      return value;
    } catch (IOException | MessagePackException malformed) {
      throw new MalformedException("json that is not MessagePack", malformed);
    }
  }

  private static AnoaValue read(MessageUnpacker unpacker, int length, int depth) throws IOException {
    MessageFormat format = unpacker.getNextFormat();
    return switch (format.getValueType()) {
      case STRING -> AnoaValue.of(readText(unpacker, length));
      case INTEGER -> format == MessageFormat.UINT64 ? readLarge(unpacker) : AnoaValue.of(unpacker.unpackLong());
      case FLOAT -> {
        double number = unpacker.unpackDouble();
        if (!Double.isFinite(number)) throw new MalformedException("json with a number that is not finite");
        yield AnoaValue.of(number);
      }
      case BOOLEAN -> AnoaValue.of(unpacker.unpackBoolean());
      case NIL -> {
        unpacker.unpackNil();
        yield AnoaValue.NULL;
      }
      case ARRAY -> {
        int inside = deeper(depth);
        long count = unpacker.unpackArrayHeader();
        List<AnoaValue> items = new ArrayList<>(capacity(unpacker, length, count));
        for (long i = 0; i < count; i++) items.add(read(unpacker, length, inside));
        yield AnoaValue.array(items);
      }
      case MAP -> {
        int inside = deeper(depth);
        long count = unpacker.unpackMapHeader();
        List<Member> members = new ArrayList<>(capacity(unpacker, length, 2 * count));
        for (long i = 0; i < count; i++) {
          String name = readText(unpacker, length);
          members.add(new Member(name, read(unpacker, length, inside)));
        }
        yield new ObjectValue(members);
      }
      default -> throw new MalformedException("json with a " + format);
    };
  }

  private static AnoaValue readLarge(MessageUnpacker unpacker) throws IOException {
    BigInteger value = unpacker.unpackBigInteger();
    return value.bitLength() < Long.SIZE ? AnoaValue.of(value.longValue()) : new BigIntegerValue(value);
  }

  private static String readText(MessageUnpacker unpacker, int length) throws IOException {
    // The library takes bin for a string, too.
    boolean isText = unpacker.getNextFormat().getValueType() == org.msgpack.value.ValueType.STRING;
    if (!isText) throw new MalformedException("json with a key that is no text");
    int bytes = unpacker.unpackRawStringHeader();
    if (bytes > length - unpacker.getTotalReadBytes()) throw new MalformedException("json that ends in a text");
    return Utf8.decode(unpacker.readPayload(bytes), 0, bytes);
  }

  /** Every item takes a byte, so that a claim of more items than bytes is known to be false. */
  private static int capacity(MessageUnpacker unpacker, int length, long items) {
    if (items > length - unpacker.getTotalReadBytes()) throw new MalformedException("json that ends in a container");
    return (int) items;
  }

  private static int deeper(int depth) {
    if (depth == Limits.JSON_DEPTH_MAX) throw new MalformedException("json of too many levels");
    return depth + 1;
  }
}
