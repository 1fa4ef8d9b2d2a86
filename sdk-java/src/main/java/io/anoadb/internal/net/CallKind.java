package io.anoadb.internal.net;

/**
 * How one kind of op is sent; one constant per kind, nothing per call.
 *
 * @param name as the spec names the command, for messages: {@code GET}
 * @param mutates changes data: never sent again by itself once it may have been executed
 * @param isAlone must be the only op of its request
 * @param isAtomic the ops are one atomic batch: all of them apply or none does
 */
public record CallKind(String name, boolean mutates, boolean isAlone, boolean isAtomic) {
  /** A command that reads. */
  public static CallKind read(String name) {
    return new CallKind(name, false, false, false);
  }

  /** A command that changes data. */
  public static CallKind write(String name) {
    return new CallKind(name, true, false, false);
  }

  /** An atomic batch; {@code mutates} where any of its ops does. */
  public static CallKind atomic(boolean mutates) {
    return new CallKind("ATOMIC", mutates, true, true);
  }
}
