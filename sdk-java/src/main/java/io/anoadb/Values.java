package io.anoadb;

import io.anoadb.AnoaValue.ArrayValue;
import io.anoadb.AnoaValue.Member;
import io.anoadb.AnoaValue.ObjectValue;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Plain Java objects as values. */
final class Values {
  /** As the protocol bounds nesting; an object that holds itself is found by it. */
  private static final int DEPTH_MAX = 128;

  private static final Values PLAIN = new Values(Values::refuse);


  /** Makes a value of an object that is not plain: the codec, or a refusal. */
  private final Function<Object, AnoaValue> otherwise;

  Values(Function<Object, AnoaValue> otherwise) {
    this.otherwise = otherwise;
  }

  static AnoaValue from(@Nullable Object plain) {
    return PLAIN.valueOf(plain);
  }

  static ArrayValue arrayFrom(Iterable<?> items) {
    return PLAIN.arrayOf(items, 1);
  }

  static ObjectValue objectFrom(Map<?, ?> members) {
    return PLAIN.objectOf(members, 1);
  }

  AnoaValue valueOf(@Nullable Object given) {
    return valueOf(given, 0);
  }

  static AnoaValueException isNot(AnoaValue value, String wanted) {
    String message =
        "The value is of type " + value.typeName() + ", not " + wanted
            + ". Read it as what it is, or as an AnoaValue; nothing is converted.";
    return new AnoaValueException(message, null);
  }

  private AnoaValue valueOf(@Nullable Object plain, int depth) {
    if (plain == null) return AnoaValue.NULL;
    if (plain instanceof AnoaValue value) return value;
    if (plain instanceof CharSequence || plain instanceof Character) return AnoaValue.of(plain.toString());
    if (plain instanceof Boolean flag) return AnoaValue.of((boolean) flag);
    if (plain instanceof Number number) return numberFrom(number);
    if (plain instanceof byte[] bytes) return AnoaValue.of(bytes);
    if (plain instanceof Map<?, ?> map) return objectOf(map, depth + 1);
    if (plain instanceof Iterable<?> items) return arrayOf(items, depth + 1);
    if (plain instanceof Object[] items) return arrayOf(Arrays.asList(items), depth + 1);
    return otherwise.apply(plain);
  }

  static AnoaValue refuse(Object object) {
    throw new IllegalArgumentException(
        "A " + object.getClass().getName() + " cannot be stored as it is. Put jackson-databind on the class path, or give"
            + " AnoaClient.builder() a jsonCodec, and it is stored as JSON.");
  }

  private static AnoaValue numberFrom(Number number) {
    if (number instanceof Long || number instanceof Integer || number instanceof Short || number instanceof Byte) {
      return AnoaValue.of(number.longValue());
    }
    if (number instanceof Double || number instanceof Float) return AnoaValue.of(number.doubleValue());
    if (number instanceof BigInteger big && big.bitLength() < Long.SIZE) return AnoaValue.of(big.longValue());
    throw new IllegalArgumentException(
        number + " (" + number.getClass().getSimpleName() + ") is no number the store can keep exactly: integers are"
            + " int64, floats are doubles. Store it as a string, or convert it.");
  }

  private ArrayValue arrayOf(Iterable<?> items, int depth) {
    assertDepth(depth);
    List<AnoaValue> values = new ArrayList<>();
    for (Object item : items) values.add(valueOf(item, depth));
    return new ArrayValue(values);
  }

  private ObjectValue objectOf(Map<?, ?> map, int depth) {
    assertDepth(depth);
    List<Member> members = new ArrayList<>(map.size());
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      if (!(entry.getKey() instanceof CharSequence name)) {
        throw new IllegalArgumentException("The keys of a JSON object are strings, not " + entry.getKey() + ".");
      }
      members.add(new Member(name.toString(), valueOf(entry.getValue(), depth)));
    }
    return new ObjectValue(members);
  }

  private static void assertDepth(int depth) {
    if (depth > DEPTH_MAX) {
      throw new IllegalArgumentException(
          "A JSON value nests at most " + DEPTH_MAX + " deep; does it hold itself?");
    }
  }
}
