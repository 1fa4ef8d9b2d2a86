package io.anoadb;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;

/**
 * A type with its parameters, which a {@link Class} cannot say.
 *
 * <pre>{@code
 * List<User> users = db.get("users", new TypeRef<List<User>>() {});
 * }</pre>
 */
public abstract class TypeRef<T> {
  private final Type type;

  /** To be extended in place, so that the parameter is known at run time. */
  protected TypeRef() {
    if (!(getClass().getGenericSuperclass() instanceof ParameterizedType parameterized)) {
      throw new IllegalArgumentException("A TypeRef is made as new TypeRef<List<User>>() {}.");
    }
    type = parameterized.getActualTypeArguments()[0];
  }

  /** The type between the angle brackets. */
  public Type type() {
    return type;
  }
}
