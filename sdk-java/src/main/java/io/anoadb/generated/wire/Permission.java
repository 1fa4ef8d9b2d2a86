// Generated from protocol-spec/protocol.json by `npm run gen`: do not edit.

package io.anoadb.generated.wire;

/** Bits of the permissions that a session has. */
public final class Permission {
  /** Commands of kind read. */
  public static final int READ = 0x01;

  /** Commands of kind write. */
  public static final int WRITE = 0x02;

  /** Commands of kind admin. */
  public static final int ADMIN = 0x04;

  private Permission() {}
}
