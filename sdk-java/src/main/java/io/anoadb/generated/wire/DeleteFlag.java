// Generated from protocol-spec/messages/03-delete.json by `npm run gen`: do not edit.

package io.anoadb.generated.wire;

/** Flags of DELETE. */
public final class DeleteFlag {
  /** Only where the entry has this version. */
  public static final int IF_VERSION = 0x01;

  private DeleteFlag() {}
}
