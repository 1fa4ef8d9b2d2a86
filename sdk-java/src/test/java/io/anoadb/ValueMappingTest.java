package io.anoadb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.anoadb.AnoaValue.ArrayValue;
import io.anoadb.AnoaValue.BytesValue;
import io.anoadb.AnoaValue.IntegerValue;
import io.anoadb.AnoaValue.JsonValue;
import io.anoadb.AnoaValue.Member;
import io.anoadb.AnoaValue.NumberValue;
import io.anoadb.AnoaValue.ObjectValue;
import java.lang.reflect.Type;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Plain objects and classes of one's own as values, and back. */
class ValueMappingTest {
  private static final Key KEY = Key.of("k");
  private static final ValueMapping BARE = new ValueMapping(() -> null);
  private static final ValueMapping WITH_JACKSON = new ValueMapping(new DefaultCodec());

  record User(String name, int age, List<String> tags, Double score) {}

  @Test
  void plainObjectsAreValuesOfTheirType() {
    assertThat(AnoaValue.from(null)).isSameAs(AnoaValue.NULL);
    assertThat(AnoaValue.from(7)).isEqualTo(AnoaValue.of(7L));
    assertThat(AnoaValue.from((byte) 7)).isEqualTo(AnoaValue.of(7L));
    assertThat(AnoaValue.from(1.0f)).isEqualTo(AnoaValue.of(1.0));
    assertThat(AnoaValue.from(1.0)).isNotEqualTo(AnoaValue.of(1));
    assertThat(AnoaValue.from(BigInteger.valueOf(Long.MIN_VALUE))).isEqualTo(AnoaValue.of(Long.MIN_VALUE));
    assertThat(AnoaValue.from('x')).isEqualTo(AnoaValue.of("x"));
    assertThat(AnoaValue.from(new byte[] {1})).isEqualTo(AnoaValue.of(new byte[] {1}));
    assertThat(AnoaValue.from(List.of(1, "a", true)).toJson()).isEqualTo("[1,\"a\",true]");
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("z", 1.0);
    map.put("a", null);
    assertThat(AnoaValue.from(map).toJson()).isEqualTo("{\"z\":1.0,\"a\":null}");
  }

  @Test
  void whatHasNoFormIsRefusedAndSaysWhatHelps() {
    assertThatThrownBy(() -> AnoaValue.from(BigInteger.TWO.pow(63))).hasMessageContaining("string");
    assertThatThrownBy(() -> AnoaValue.from(Map.of(1, 2))).hasMessageContaining("keys of a JSON object");
    assertThatThrownBy(() -> BARE.toValue(new User("Ada", 1, List.of(), null)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("jackson-databind");
    List<Object> itself = new ArrayList<>();
    itself.add(itself);
    assertThatThrownBy(() -> AnoaValue.from(itself)).hasMessageContaining("hold itself");
  }

  @Test
  void readsAreStrict() {
    assertThat((Integer) read(AnoaValue.of(42), Integer.class)).isEqualTo(42);
    assertThat((Integer) read(AnoaValue.of(42), int.class)).isEqualTo(42);
    assertThat((Double) read(AnoaValue.of(42), Double.class)).isEqualTo(42.0);
    assertThat((BigInteger) read(AnoaValue.of(42), BigInteger.class)).isEqualTo(BigInteger.valueOf(42));
    assertThat((Object) read(AnoaValue.array(List.of(AnoaValue.of(1))), Object.class)).isEqualTo(List.of(1L));
    assertThat((Object) read(AnoaValue.of(1), NumberValue.class)).isEqualTo(AnoaValue.of(1));
    assertThat((Object) read(AnoaValue.NULL, String.class)).isNull();
    assertThat((Object) read(AnoaValue.NULL, AnoaValue.class)).isEqualTo(AnoaValue.NULL);
    for (Class<?> unfit : List.of(String.class, Boolean.class, byte[].class, List.class, Map.class, JsonValue.class)) {
      assertThatThrownBy(() -> read(AnoaValue.of(42), unfit))
          .isInstanceOf(AnoaValueException.class)
          .hasMessageContaining("GET \"k\"")
          .hasMessageContaining("integer");
    }
    assertThatThrownBy(() -> read(AnoaValue.of("42"), Integer.class)).isInstanceOf(AnoaValueException.class);
    assertThatThrownBy(() -> read(AnoaValue.of(1.5), Long.class)).isInstanceOf(AnoaValueException.class);
    assertThatThrownBy(() -> read(AnoaValue.of(1L << 40), Integer.class)).hasMessageContaining("long");
    assertThatThrownBy(() -> read(AnoaValue.of(300), Byte.class)).hasMessageContaining("Byte");
    assertThatThrownBy(() -> read(AnoaValue.NULL, int.class)).isInstanceOf(AnoaValueException.class);
  }

  @Test
  void recordsGoThroughJacksonAndBack() {
    User ada = new User("Ada", 36, List.of("x", "y"), 1.0);
    AnoaValue value = WITH_JACKSON.toValue(ada);
    assertThat(value.toJson()).isEqualTo("{\"name\":\"Ada\",\"age\":36,\"tags\":[\"x\",\"y\"],\"score\":1.0}");
    assertThat((Object) WITH_JACKSON.fromValue(value, User.class, KEY)).isEqualTo(ada);
    assertThat(WITH_JACKSON.toValue(List.of(ada, 7))).isInstanceOf(ArrayValue.class);
    Type users = new TypeRef<List<User>>() {}.type();
    assertThat((Object) WITH_JACKSON.fromValue(WITH_JACKSON.toValue(List.of(ada)), users, KEY)).isEqualTo(List.of(ada));
  }

  @Test
  void aValueThatDoesNotFitItsClassSaysWhere() {
    AnoaValue value = AnoaValue.object(Map.of("name", "Ada", "age", "old"));
    assertThatThrownBy(() -> WITH_JACKSON.fromValue(value, User.class, KEY))
        .isInstanceOf(AnoaValueException.class)
        .hasMessageContaining("GET \"k\"")
        .hasMessageContaining("User");
    assertThatThrownBy(() -> BARE.fromValue(value, User.class, KEY)).hasMessageContaining("jackson-databind");
  }

  @Test
  void aMemberIsFoundByItsNameTheLastWhereItIsRepeated() {
    ObjectValue object =
        new ObjectValue(List.of(new Member("a", AnoaValue.of(1)), new Member("a", AnoaValue.of(2))));
    assertThat(object.get("a")).isEqualTo(AnoaValue.of(2));
    assertThat(object.get("b")).isNull();
    assertThat(object.toJson()).isEqualTo("{\"a\":1,\"a\":2}");
  }

  @Test
  void textIsEscapedInJsonAndBytesHaveNoForm() {
    assertThat(AnoaValue.of("a\"b\\\n\u0001").toJson()).isEqualTo("\"a\\\"b\\\\\\n\\u0001\"");
    assertThatThrownBy(() -> AnoaValue.of(new byte[0]).toJson()).isInstanceOf(AnoaValueException.class);
    assertThat(new BytesValue(new byte[] {1, 2}).toString()).isEqualTo("bytes[2]");
    assertThat(new IntegerValue(7)).hasToString("7");
  }

  @Test
  void keysAreEqualByTheirBytes() {
    assertThat(Key.of("é")).isEqualTo(Key.of(new byte[] {(byte) 0xc3, (byte) 0xa9})).hasToString("é");
    assertThat(Key.of("a")).isLessThan(Key.of(new byte[] {(byte) 0xff}));
    byte[] bytes = {1};
    Key key = Key.of(bytes);
    bytes[0] = 2;
    key.toBytes()[0] = 3;
    assertThat(key.toBytes()).containsExactly(1);
  }

  private static Object read(AnoaValue value, Class<?> type) {
    return BARE.fromValue(value, type, KEY);
  }
}
