package io.anoadb;

import org.jspecify.annotations.Nullable;

/**
 * How an atomic batch ended: either all of it was applied, or a condition in it did not hold and nothing was.
 *
 * @param reason {@code APPLIED}, or what spoke against it
 * @param failed which op's condition did not hold, its position in the batch from 0; -1 where all was applied
 * @param key the key of that op
 * @param version the version that key has now, where the server told it; 0 for none
 */
public record AtomicOutcome(Outcome.Reason reason, int failed, @Nullable Key key, long version) {
  static final AtomicOutcome APPLIED = new AtomicOutcome(Outcome.Reason.APPLIED, -1, null, 0);

  /** Whether all of the batch was applied. */
  public boolean isApplied() {
    return reason == Outcome.Reason.APPLIED;
  }
}
