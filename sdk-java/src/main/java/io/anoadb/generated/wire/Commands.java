// Generated from protocol-spec/messages/*.json by `npm run gen`: do not edit.

package io.anoadb.generated.wire;

import io.anoadb.AnoaValue;
import io.anoadb.Outcome;
import io.anoadb.ScanPage;
import io.anoadb.Versioned;
import io.anoadb.internal.Command;
import io.anoadb.internal.Readings;
import io.anoadb.internal.net.CallKind;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** How each command is sent, and how its answer is read: one constant for each shape of answer. */
public final class Commands {
  private static final CallKind GET_KIND = new CallKind("GET", false, false, false);
  private static final CallKind SET_KIND = new CallKind("SET", true, false, false);
  private static final CallKind DELETE_KIND = new CallKind("DELETE", true, false, false);
  private static final CallKind EXISTS_KIND = new CallKind("EXISTS", false, false, false);
  private static final CallKind TTL_KIND = new CallKind("TTL", false, false, false);
  private static final CallKind EXPIRE_KIND = new CallKind("EXPIRE", true, false, false);
  private static final CallKind PERSIST_KIND = new CallKind("PERSIST", true, false, false);
  private static final CallKind INCR_KIND = new CallKind("INCR", true, false, false);
  private static final CallKind INCRFLOAT_KIND = new CallKind("INCRFLOAT", true, false, false);
  private static final CallKind APPEND_KIND = new CallKind("APPEND", true, false, false);
  private static final CallKind LENGTH_KIND = new CallKind("LENGTH", false, false, false);
  private static final CallKind GETDELETE_KIND = new CallKind("GETDELETE", true, false, false);
  private static final CallKind GETEXPIRE_KIND = new CallKind("GETEXPIRE", true, false, false);
  private static final CallKind RENAME_KIND = new CallKind("RENAME", true, false, false);
  private static final CallKind TYPE_KIND = new CallKind("TYPE", false, false, false);
  private static final CallKind SCAN_KIND = new CallKind("SCAN", false, false, false);
  private static final CallKind COUNT_KIND = new CallKind("COUNT", false, false, false);
  private static final CallKind FLUSH_KIND = new CallKind("FLUSH", true, false, false);
  private static final CallKind STATS_KIND = new CallKind("STATS", false, false, false);
  private static final CallKind PING_KIND = new CallKind("PING", false, false, false);
  private static final CallKind CHECK_KIND = new CallKind("CHECK", false, false, false);
  private static final CallKind SNAPSHOT_KIND = new CallKind("SNAPSHOT", true, true, false);
  private static final CallKind COPY_KIND = new CallKind("COPY", true, false, false);

  /** GET. */
  public static final Command<@Nullable AnoaValue> GET =
      new Command<>(GET_KIND, true, Readings.VALUE_OR_NULL);

  /** GET. */
  public static final Command<@Nullable Versioned> GET_WITH_VERSION =
      new Command<>(GET_KIND, true, Readings.VERSIONED_OR_NULL);

  /** SET. */
  public static final Command<Long> SET =
      new Command<>(SET_KIND, false, Readings.VERSION);

  /** SET. */
  public static final Command<Outcome> SET_OUTCOME =
      new Command<>(SET_KIND, false, Readings.OUTCOME);

  /** DELETE. */
  public static final Command<Boolean> DELETE =
      new Command<>(DELETE_KIND, false, Readings.FOUND);

  /** DELETE. */
  public static final Command<Outcome> DELETE_OUTCOME =
      new Command<>(DELETE_KIND, false, Readings.OUTCOME);

  /** EXISTS. */
  public static final Command<Boolean> EXISTS =
      new Command<>(EXISTS_KIND, false, Readings.BOOLEAN);

  /** TTL. */
  public static final Command<@Nullable Duration> TTL =
      new Command<>(TTL_KIND, false, Readings.DURATION_OR_NULL);

  /** TTL. */
  public static final Command<@Nullable Instant> TTL_ABSOLUTE =
      new Command<>(TTL_KIND, false, Readings.INSTANT_OR_NULL);

  /** EXPIRE. */
  public static final Command<Boolean> EXPIRE =
      new Command<>(EXPIRE_KIND, false, Readings.FOUND);

  /** EXPIRE. */
  public static final Command<Outcome> EXPIRE_OUTCOME =
      new Command<>(EXPIRE_KIND, false, Readings.OUTCOME);

  /** PERSIST. */
  public static final Command<Boolean> PERSIST =
      new Command<>(PERSIST_KIND, false, Readings.BOOLEAN_OR_FALSE);

  /** INCR. */
  public static final Command<Long> INCR =
      new Command<>(INCR_KIND, false, Readings.LONG);

  /** INCRFLOAT. */
  public static final Command<Double> INCR_FLOAT =
      new Command<>(INCRFLOAT_KIND, false, Readings.DOUBLE);

  /** APPEND. */
  public static final Command<Long> APPEND =
      new Command<>(APPEND_KIND, false, Readings.LONG);

  /** LENGTH. */
  public static final Command<@Nullable Long> LENGTH =
      new Command<>(LENGTH_KIND, false, Readings.LONG_OR_NULL);

  /** GETDELETE. */
  public static final Command<@Nullable AnoaValue> GET_DELETE =
      new Command<>(GETDELETE_KIND, false, Readings.VALUE_OR_NULL);

  /** GETEXPIRE. */
  public static final Command<@Nullable AnoaValue> GET_EXPIRE =
      new Command<>(GETEXPIRE_KIND, true, Readings.VALUE_OR_NULL);

  /** RENAME. */
  public static final Command<Boolean> RENAME =
      new Command<>(RENAME_KIND, false, Readings.FOUND);

  /** RENAME. */
  public static final Command<Outcome> RENAME_OUTCOME =
      new Command<>(RENAME_KIND, false, Readings.OUTCOME);

  /** TYPE. */
  public static final Command<@Nullable String> TYPE =
      new Command<>(TYPE_KIND, false, Readings.STRING_OR_NULL);

  /** SCAN. */
  public static final Command<ScanPage> SCAN =
      new Command<>(SCAN_KIND, true, Readings.SCAN_PAGE);

  /** SCAN. */
  public static final Command<ScanPage> SCAN_WITH_TYPES =
      new Command<>(SCAN_KIND, true, Readings.SCAN_PAGE_WITH_TYPES);

  /** COUNT. */
  public static final Command<Long> COUNT =
      new Command<>(COUNT_KIND, false, Readings.LONG);

  /** FLUSH. */
  public static final Command<Long> FLUSH =
      new Command<>(FLUSH_KIND, false, Readings.LONG);

  /** STATS. */
  public static final Command<AnoaValue> STATS =
      new Command<>(STATS_KIND, true, Readings.VALUE);

  /** PING. */
  public static final Command<byte[]> PING =
      new Command<>(PING_KIND, true, Readings.BYTES);

  /** CHECK. */
  public static final Command<Outcome> CHECK_OUTCOME =
      new Command<>(CHECK_KIND, false, Readings.OUTCOME);

  /** SNAPSHOT. */
  public static final Command<AnoaValue> SNAPSHOT =
      new Command<>(SNAPSHOT_KIND, false, Readings.VALUE);

  /** COPY. */
  public static final Command<Boolean> COPY =
      new Command<>(COPY_KIND, false, Readings.FOUND);

  /** COPY. */
  public static final Command<Outcome> COPY_OUTCOME =
      new Command<>(COPY_KIND, false, Readings.OUTCOME);

  private Commands() {}
}
