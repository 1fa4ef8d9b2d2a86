// Generated from protocol-spec/protocol.json by `npm run gen`: do not edit.

package io.anoadb.generated.wire;

/** What WELCOME says of earlier requests of the client. */
public final class Dedup {
  /** No record of this client: unanswered writes have an unknown outcome. */
  public static final int FRESH = 0x00;

  /** The record of this client lives: unanswered requests are sent again. */
  public static final int RESUMED = 0x01;

  private Dedup() {}
}
