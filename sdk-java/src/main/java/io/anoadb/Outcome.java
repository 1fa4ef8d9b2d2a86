package io.anoadb;

import org.jspecify.annotations.Nullable;

/**
 * How a write with a condition ended. A condition that does not hold is an answer, not an exception: then nothing was
 * changed.
 *
 * <pre>{@code
 * Outcome outcome = db.set("user:1", user, SetOptions.create().ifVersion(read.version()));
 * if (!outcome.isApplied()) retryWith(outcome.version());
 * }</pre>
 *
 * @param reason whether it was applied, or what spoke against it
 * @param version the new version; where it was not applied the current one if the server told it; 0 for none
 * @param value what the command returns besides, such as the old value; null where there is none
 */
public record Outcome(Reason reason, long version, @Nullable AnoaValue value) {
  /** Whether it was applied, or what spoke against it. */
  public enum Reason {
    /** It took effect. */
    APPLIED,
    /** There is no such key. */
    NOT_FOUND,
    /** A condition on the key or its expiry does not hold. */
    CONDITION_FAILED,
    /** The entry has another version than the one given, or there is none. */
    VERSION_MISMATCH
  }

  /** Whether it took effect. */
  public boolean isApplied() {
    return reason == Reason.APPLIED;
  }
}
