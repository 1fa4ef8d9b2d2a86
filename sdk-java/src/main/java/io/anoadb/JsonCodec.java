package io.anoadb;

import java.lang.reflect.Type;

/**
 * Maps classes of your own to JSON values and back. {@link io.anoadb.jackson.JacksonJsonCodec} does it with Jackson and is
 * used by itself where jackson-databind is on the class path; another library takes these two methods.
 */
public interface JsonCodec {

  /**
   * The value to store for {@code object}, mostly a JSON object or array.
   *
   * @throws RuntimeException where it has no form in JSON
   */
  AnoaValue encode(Object object);

  /**
   * The object of type {@code type} that {@code value} stands for.
   *
   * @throws RuntimeException where it does not fit
   */
  <T> T decode(AnoaValue value, Type type);
}
