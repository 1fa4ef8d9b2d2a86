package io.anoadb;

import io.anoadb.generated.AnoaType;
import java.util.List;

/**
 * One page of a walk over keys. It may be empty before the end.
 *
 * @param cursor where the next page begins; 0 where this was the last
 * @param keys those of this page
 * @param types of the entries, in the order of the keys; empty unless they were asked for
 */
public record ScanPage(long cursor, List<Key> keys, List<AnoaType> types) {
  /** Keeps copies that cannot be modified. */
  public ScanPage {
    keys = List.copyOf(keys);
    types = List.copyOf(types);
  }

  /** Whether no page follows. */
  public boolean isLast() {
    return cursor == 0;
  }
}
