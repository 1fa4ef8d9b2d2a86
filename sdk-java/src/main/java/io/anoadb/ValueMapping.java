package io.anoadb;

import io.anoadb.internal.Printable;
import io.anoadb.AnoaValue.IntegerValue;
import io.anoadb.AnoaValue.NumberValue;
import io.anoadb.AnoaValue.TextValue;
import java.lang.reflect.Type;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Values to and from the classes that callers name. Plain types are matched here, strictly: a number is never made a
 * string nor a string a number. Everything else goes through the codec.
 */
final class ValueMapping {
  private final Supplier<@Nullable JsonCodec> codecs;
  private final Values values;

  /**
   * @param codecs asked only where a codec is needed: making one may take a while
   */
  ValueMapping(Supplier<@Nullable JsonCodec> codecs) {
    this.codecs = codecs;
    this.values = new Values(this::encoded);
  }

  /** The value to store for what a caller gave; collections item by item, other classes by the codec. */
  AnoaValue toValue(@Nullable Object given) {
    return values.valueOf(given);
  }

  private AnoaValue encoded(Object object) {
    JsonCodec codec = codecs.get();
    return codec == null ? Values.refuse(object) : codec.encode(object);
  }

  /** The object of {@code type} that {@code value} stands for; null for the value null. */
  <T> @Nullable T fromValue(AnoaValue value, Type type, Key key) {
    try {
      @SuppressWarnings("unchecked")
      T mapped = (T) mapped(value, type);
      return mapped;
    } catch (AnoaValueException unfit) {
      throw new AnoaValueException(
          "GET " + Printable.key(key.bytes()) + ": " + unfit.getMessage(), unfit.getCause());
    }
  }

  private @Nullable Object mapped(AnoaValue value, Type type) {
    if (type instanceof Class<?> wanted) {
      if (AnoaValue.class.isAssignableFrom(wanted) && wanted.isInstance(value)) return value;
      if (wanted == Object.class) return value.toJava();
      if (value.isNull()) return ofNull(wanted);
      if (wanted == String.class) return value instanceof TextValue text ? text.text() : value.asString();
      if (wanted == byte[].class) return value instanceof TextValue text ? text.bytes() : value.asBytes();
      if (wanted == Boolean.class || wanted == boolean.class) return value.asBoolean();
      if (Number.class.isAssignableFrom(wanted) || wanted.isPrimitive()) return number(value, wanted);
      if (AnoaValue.class.isAssignableFrom(wanted)) {
        throw Values.isNot(value, "a " + wanted.getSimpleName());
      }
      if (wanted == List.class || wanted == Map.class) return plain(value, wanted);
    } else if (value.isNull()) {
      return null;
    }
    JsonCodec codec = codecs.get();
    if (codec == null) {
      throw new AnoaValueException(
          "A value of type " + value.typeName() + " is mapped to " + type.getTypeName() + " by a JsonCodec, and this client"
              + " has none. Put jackson-databind on the class path, or give AnoaClient.builder() a jsonCodec.",
          null);
    }
    return codec.decode(value, type);
  }

  private static @Nullable Object ofNull(Class<?> wanted) {
    if (!wanted.isPrimitive()) return null;
    throw new AnoaValueException("The value is null, which a " + wanted + " cannot be.", null);
  }

  private static Object plain(AnoaValue value, Class<?> wanted) {
    Object plain = value.toJava();
    if (wanted.isInstance(plain)) return plain;
    throw Values.isNot(value, wanted == List.class ? "a JSON array" : "a JSON object");
  }

  private static Object number(AnoaValue value, Class<?> wanted) {
    if (!(value instanceof NumberValue number)) throw Values.isNot(value, "a number");
    if (wanted == Double.class || wanted == double.class) return number.doubleValue();
    if (wanted == Float.class || wanted == float.class) return (float) number.doubleValue();
    if (wanted == Number.class) return (Number) number.toJava();
    if (!(number instanceof IntegerValue integer)) throw Values.isNot(value, "an integer");
    long exact = integer.value();
    if (wanted == Long.class || wanted == long.class) return exact;
    if (wanted == BigInteger.class) return BigInteger.valueOf(exact);
    if (wanted == Integer.class || wanted == int.class) return value.asInt();
    if ((wanted == Short.class || wanted == short.class) && exact == (short) exact) return (short) exact;
    if ((wanted == Byte.class || wanted == byte.class) && exact == (byte) exact) return (byte) exact;
    throw new AnoaValueException("The number " + exact + " does not fit " + wanted.getSimpleName() + ".", null);
  }
}
