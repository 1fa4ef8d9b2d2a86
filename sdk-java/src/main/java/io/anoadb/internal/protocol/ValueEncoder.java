package io.anoadb.internal.protocol;

import io.anoadb.AnoaValue;
import io.anoadb.AnoaValue.ArrayValue;
import io.anoadb.AnoaValue.BigIntegerValue;
import io.anoadb.AnoaValue.BooleanValue;
import io.anoadb.AnoaValue.BytesValue;
import io.anoadb.AnoaValue.FloatValue;
import io.anoadb.AnoaValue.IntegerValue;
import io.anoadb.AnoaValue.JsonValue;
import io.anoadb.AnoaValue.Member;
import io.anoadb.AnoaValue.NullValue;
import io.anoadb.AnoaValue.ObjectValue;
import io.anoadb.AnoaValue.StringValue;
import io.anoadb.AnoaValue.TextValue;
import io.anoadb.generated.wire.Limits;
import io.anoadb.generated.wire.ValueType;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.msgpack.core.MessageBufferPacker;
import org.msgpack.core.MessagePack;
import org.msgpack.core.MessagePack.PackerConfig;
import org.msgpack.core.MessagePacker;

/** Values to their wire form. What JSON's model cannot hold is refused, nothing is changed in silence. */
public final class ValueEncoder {
  private static final WireValue NULL = new WireValue(ValueType.NULL, new byte[0]);
  private static final WireValue TRUE = new WireValue(ValueType.BOOLEAN, new byte[] {1});
  private static final WireValue FALSE = new WireValue(ValueType.BOOLEAN, new byte[] {0});

  /** Most documents are small; larger ones take one buffer more after the other. */
  private static final PackerConfig PACKER = new PackerConfig().withBufferSize(512);

  private ValueEncoder() {}

  /**
   * The wire form of {@code value}; arrays of bytes are not copied.
   *
   * @throws IllegalArgumentException for JSON that is too deep, or holds bytes, NaN, an infinity or broken text
   */
  public static WireValue encode(AnoaValue value) {
    if (value instanceof StringValue string) return new WireValue(ValueType.STRING, Utf8.encode(string.value()));
    if (value instanceof IntegerValue integer) return new WireValue(ValueType.INTEGER, eightBytes(integer.value()));
    if (value instanceof JsonValue json) return new WireValue(ValueType.JSON, messagePack(json));
    if (value instanceof BytesValue bytes) return new WireValue(ValueType.BYTES, bytes.value());
    if (value instanceof FloatValue number) {
      return new WireValue(ValueType.FLOAT, eightBytes(Double.doubleToRawLongBits(number.value())));
    }
    if (value instanceof BooleanValue flag) return flag.value() ? TRUE : FALSE;
    if (value instanceof NullValue) return NULL;
    if (value instanceof TextValue text) return new WireValue(ValueType.TEXT, text.bytes());
    throw new IllegalArgumentException(
        "The whole number " + value + " is beyond int64; outside of a JSON document there is no form for it.");
  }

  private static byte[] eightBytes(long bits) {
    byte[] bytes = new byte[Long.BYTES];
    LittleEndian.i64(ByteBuffer.wrap(bytes), 0, bits);
    return bytes;
  }

  private static byte[] messagePack(JsonValue json) {
    try (MessageBufferPacker packer = PACKER.newBufferPacker()) {
      write(packer, json, 0);
      return packer.toByteArray();
    } catch (IOException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static void write(MessagePacker packer, AnoaValue value, int depth) throws IOException {
    if (value instanceof StringValue string) {
      writeText(packer, string.value());
    } else if (value instanceof IntegerValue integer) {
      packer.packLong(integer.value());
    } else if (value instanceof FloatValue number) {
      if (!Double.isFinite(number.value())) throw refused(number + " has no form in JSON");
      packer.packDouble(number.value());
    } else if (value instanceof BooleanValue flag) {
      packer.packBoolean(flag.value());
    } else if (value instanceof NullValue) {
      packer.packNil();
    } else if (value instanceof ObjectValue object) {
      writeObject(packer, object, deeper(depth));
    } else if (value instanceof ArrayValue array) {
      int inside = deeper(depth);
      packer.packArrayHeader(array.items().size());
      for (AnoaValue item : array.items()) write(packer, item, inside);
    } else if (value instanceof BigIntegerValue integer) {
      packer.packBigInteger(integer.value());
    } else {
      throw refused("a value of type " + value.typeName() + " has no form in JSON; store it as a string");
    }
  }

  private static void writeObject(MessagePacker packer, ObjectValue object, int inside) throws IOException {
    packer.packMapHeader(object.members().size());
    for (Member member : object.members()) {
      writeText(packer, member.name());
      write(packer, member.value(), inside);
    }
  }

  private static void writeText(MessagePacker packer, String text) throws IOException {
    byte[] utf8 = Utf8.encode(text);
    packer.packRawStringHeader(utf8.length);
    packer.addPayload(utf8);
  }

  private static int deeper(int depth) {
    if (depth == Limits.JSON_DEPTH_MAX) throw refused("it is nested more than " + Limits.JSON_DEPTH_MAX + " levels deep");
    return depth + 1;
  }

  private static IllegalArgumentException refused(String why) {
    return new IllegalArgumentException("This JSON cannot be stored: " + why + ".");
  }
}
