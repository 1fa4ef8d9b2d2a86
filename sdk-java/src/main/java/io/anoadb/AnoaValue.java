package io.anoadb;

import io.anoadb.internal.protocol.Utf8;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A value with its type, as the store keeps it. Immutable (a {@link BytesValue} is as immutable as its array is left).
 *
 * <p>The types are those of the protocol: null, boolean, integer (int64), float, string, json (arrays and objects),
 * bytes; and untyped text, which only a raw read returns. Integer and float are two types: {@code of(1)} and
 * {@code of(1.0)} are not equal. The members of a json value are values again.
 *
 * <pre>{@code
 * AnoaValue value = db.get("answer");
 * if (value instanceof IntegerValue number) {
 *   use(number.value());
 * } else if (value instanceof StringValue text) {
 *   use(text.value());
 * }
 * }</pre>
 *
 * With Java 21 and newer a {@code switch} over the permitted types is exhaustive:
 *
 * <pre>{@code
 * String said = switch (value) {
 *   case NullValue nothing -> "null";
 *   case BooleanValue flag -> flag.value() ? "yes" : "no";
 *   case NumberValue number -> "number " + number.doubleValue();
 *   case StringValue text -> text.value();
 *   case JsonValue json -> json.toJson();
 *   case BytesValue bytes -> bytes.value().length + " bytes";
 *   case TextValue text -> "untyped " + text.text();
 * };
 * }</pre>
 */
public sealed interface AnoaValue {

  /** The value null, which is a value: a key that holds it exists. */
  AnoaValue NULL = new NullValue();

  /** An integer. */
  static IntegerValue of(long value) {
    return new IntegerValue(value);
  }

  /** A float, also where it is whole. */
  static FloatValue of(double value) {
    return new FloatValue(value);
  }

  /** A boolean. */
  static BooleanValue of(boolean value) {
    return new BooleanValue(value);
  }

  /** A string, never interpreted: {@code of("42")} stays text. */
  static StringValue of(String value) {
    return new StringValue(value);
  }

  /** Bytes without meaning to the server; the array is not copied. */
  static BytesValue of(byte[] value) {
    return new BytesValue(value);
  }

  /** Text without a type, as a person typed it: readers get what it looks like, {@code text("42")} is an integer. */
  static TextValue text(String value) {
    return new TextValue(Utf8.encode(value));
  }

  /** A JSON array. */
  static ArrayValue array(List<? extends AnoaValue> items) {
    return new ArrayValue(List.copyOf(items));
  }

  /** A JSON array; each item as {@link #from} makes it a value. */
  static ArrayValue arrayOf(@Nullable Object... items) {
    return Values.arrayFrom(Arrays.asList(items));
  }

  /** A JSON object; members in the order of the map, each as {@link #from} makes it a value. */
  static ObjectValue object(Map<String, ?> members) {
    return Values.objectFrom(members);
  }

  /**
   * The value of a plain Java object: null, {@link Boolean}, whole numbers up to int64 ({@link BigInteger} too),
   * {@link Float} and {@link Double}, {@link CharSequence}, {@code byte[]}, {@link Map} with string keys,
   * {@link Iterable}, arrays of objects, and values themselves.
   *
   * @throws IllegalArgumentException for anything else; classes of your own are stored through a {@link JsonCodec}
   */
  static AnoaValue from(@Nullable Object plain) {
    return Values.from(plain);
  }

  /** The name of the type as the protocol has it: {@code integer}, {@code json}, … */
  String typeName();

  /** Whether this is the value null. */
  default boolean isNull() {
    return this instanceof NullValue;
  }

  /**
   * The number as a long.
   *
   * @throws AnoaValueException where this is no integer
   */
  default long asLong() {
    if (this instanceof IntegerValue integer) return integer.value();
    throw Values.isNot(this, "an integer");
  }

  /**
   * The number as an int.
   *
   * @throws AnoaValueException where this is no integer or is beyond an int
   */
  default int asInt() {
    long value = asLong();
    if (value != (int) value) throw Values.isNot(this, "an int: " + value + " needs a long");
    return (int) value;
  }

  /**
   * The number as a double; an integer beyond 2^53 is rounded.
   *
   * @throws AnoaValueException where this is no number
   */
  default double asDouble() {
    if (this instanceof NumberValue number) return number.doubleValue();
    throw Values.isNot(this, "a number");
  }

  /**
   * The boolean.
   *
   * @throws AnoaValueException where this is none
   */
  default boolean asBoolean() {
    if (this instanceof BooleanValue flag) return flag.value();
    throw Values.isNot(this, "a boolean");
  }

  /**
   * The text of a string; nothing is converted.
   *
   * @throws AnoaValueException where this is no string
   */
  default String asString() {
    if (this instanceof StringValue string) return string.value();
    throw Values.isNot(this, "a string");
  }

  /**
   * The bytes of a bytes value, the array itself.
   *
   * @throws AnoaValueException where this is none
   */
  default byte[] asBytes() {
    if (this instanceof BytesValue bytes) return bytes.value();
    throw Values.isNot(this, "bytes");
  }

  /**
   * The items of a JSON array.
   *
   * @throws AnoaValueException where this is none
   */
  default List<AnoaValue> asList() {
    if (this instanceof ArrayValue array) return array.items();
    throw Values.isNot(this, "a JSON array");
  }

  /**
   * The members of a JSON object, in order; of a repeated key the last one.
   *
   * @throws AnoaValueException where this is none
   */
  default Map<String, AnoaValue> asMap() {
    if (this instanceof ObjectValue object) return object.toMap();
    throw Values.isNot(this, "a JSON object");
  }

  /**
   * A plain Java object: null, {@link Boolean}, {@link Long}, {@link Double}, {@link String}, {@code byte[]},
   * {@link List}, {@link Map}; untyped text is a string, or bytes where it is not UTF-8.
   */
  @Nullable Object toJava();

  /**
   * As JSON text. Floats keep their point ({@code 1.0}); bytes and untyped text that is not UTF-8 have no form in JSON.
   *
   * @throws AnoaValueException for bytes
   */
  default String toJson() {
    StringBuilder out = new StringBuilder();
    JsonText.write(this, out);
    return out.toString();
  }

  /** The value null. */
  record NullValue() implements AnoaValue {
    @Override
    public String typeName() {
      return "null";
    }

    @Override
    public @Nullable Object toJava() {
      return null;
    }

    @Override
    public String toString() {
      return "null";
    }
  }

  /**
   * True or false.
   *
   * @param value which of them
   */
  record BooleanValue(boolean value) implements AnoaValue {
    @Override
    public String typeName() {
      return "boolean";
    }

    @Override
    public Object toJava() {
      return value;
    }

    @Override
    public String toString() {
      return Boolean.toString(value);
    }
  }

  /** An integer or a float. */
  sealed interface NumberValue extends AnoaValue {
    /** The number as a double; an integer beyond 2^53 is rounded. */
    double doubleValue();
  }

  /**
   * A whole number, exact.
   *
   * @param value the number
   */
  record IntegerValue(long value) implements NumberValue {
    @Override
    public double doubleValue() {
      return value;
    }

    @Override
    public String typeName() {
      return "integer";
    }

    @Override
    public Object toJava() {
      return value;
    }

    @Override
    public String toString() {
      return Long.toString(value);
    }
  }

  /**
   * A whole number from 2^63 to 2^64 - 1, exact. Only inside of a JSON document: an integer of its own is an int64.
   *
   * @param value the number
   */
  record BigIntegerValue(BigInteger value) implements NumberValue {
    /** Refuses what an {@link IntegerValue} holds, and what has no form. */
    public BigIntegerValue {
      if (value.signum() < 0 || value.bitLength() != Long.SIZE) {
        throw new IllegalArgumentException(value + " is not from 2^63 to 2^64 - 1");
      }
    }

    @Override
    public double doubleValue() {
      return value.doubleValue();
    }

    @Override
    public String typeName() {
      return "integer";
    }

    @Override
    public Object toJava() {
      return value;
    }

    @Override
    public String toString() {
      return value.toString();
    }
  }

  /**
   * A floating-point number.
   *
   * @param value the number
   */
  record FloatValue(double value) implements NumberValue {
    @Override
    public double doubleValue() {
      return value;
    }

    @Override
    public String typeName() {
      return "float";
    }

    @Override
    public Object toJava() {
      return value;
    }

    @Override
    public String toString() {
      return Double.toString(value);
    }
  }

  /**
   * Text known to be text.
   *
   * @param value the text
   */
  record StringValue(String value) implements AnoaValue {
    /** Refuses null. */
    public StringValue {
      Objects.requireNonNull(value, "a string value; AnoaValue.NULL is the value null");
    }

    @Override
    public String typeName() {
      return "string";
    }

    @Override
    public Object toJava() {
      return value;
    }

    @Override
    public String toString() {
      return value;
    }
  }

  /** A JSON array or object. */
  sealed interface JsonValue extends AnoaValue {
    @Override
    default String typeName() {
      return "json";
    }
  }

  /**
   * A JSON array.
   *
   * @param items its items, not modifiable
   */
  record ArrayValue(List<AnoaValue> items) implements JsonValue {
    /** Keeps a copy that cannot be modified. */
    public ArrayValue {
      items = List.copyOf(items);
    }

    @Override
    public Object toJava() {
      List<@Nullable Object> list = new ArrayList<>(items.size());
      for (AnoaValue item : items) list.add(item.toJava());
      return list;
    }

    @Override
    public String toString() {
      return toJson();
    }
  }

  /**
   * A JSON object; order and repeated keys are those of whoever stored it.
   *
   * @param members its members in order, not modifiable
   */
  record ObjectValue(List<Member> members) implements JsonValue {
    /** Keeps a copy that cannot be modified. */
    public ObjectValue {
      members = List.copyOf(members);
    }

    /** The member of this name, the last one where it is repeated; null where there is none. */
    public @Nullable AnoaValue get(String name) {
      for (int index = members.size() - 1; index >= 0; index--) {
        if (members.get(index).name().equals(name)) return members.get(index).value();
      }
      return null;
    }

    Map<String, AnoaValue> toMap() {
      Map<String, AnoaValue> map = new LinkedHashMap<>();
      for (Member member : members) map.put(member.name(), member.value());
      return map;
    }

    @Override
    public Object toJava() {
      Map<String, @Nullable Object> map = new LinkedHashMap<>();
      for (Member member : members) map.put(member.name(), member.value().toJava());
      return map;
    }

    @Override
    public String toString() {
      return toJson();
    }
  }

  /**
   * One member of a JSON object.
   *
   * @param name its key
   * @param value its value
   */
  record Member(String name, AnoaValue value) {
    @Override
    public String toString() {
      return name + ": " + value;
    }
  }

  /**
   * Bytes without meaning to the server.
   *
   * @param value the bytes; not copied
   */
  record BytesValue(byte[] value) implements AnoaValue {
    /** Refuses null. */
    public BytesValue {
      Objects.requireNonNull(value, "a bytes value; AnoaValue.NULL is the value null");
    }

    @Override
    public String typeName() {
      return "bytes";
    }

    @Override
    public Object toJava() {
      return value;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof BytesValue bytes && Arrays.equals(value, bytes.value);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(value);
    }

    @Override
    public String toString() {
      return "bytes[" + value.length + "]";
    }
  }

  /**
   * Text that was stored without a type, byte for byte; what a raw read returns.
   *
   * @param bytes the text as it was typed, nearly always UTF-8; not copied
   */
  record TextValue(byte[] bytes) implements AnoaValue {
    /** Refuses null. */
    public TextValue {
      Objects.requireNonNull(bytes, "the bytes of a text");
    }

    /**
     * The text.
     *
     * @throws AnoaValueException where the bytes are not UTF-8
     */
    public String text() {
      try {
        return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      } catch (CharacterCodingException malformed) {
        throw new AnoaValueException("The untyped text is not UTF-8; bytes() has it as it was stored.", malformed);
      }
    }

    @Override
    public String typeName() {
      return "text";
    }

    @Override
    public Object toJava() {
      try {
        return text();
      } catch (AnoaValueException notText) {
        return bytes;
      }
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof TextValue text && Arrays.equals(bytes, text.bytes);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
      return String.valueOf(toJava() instanceof String text ? text : "text[" + bytes.length + "]");
    }
  }
}
