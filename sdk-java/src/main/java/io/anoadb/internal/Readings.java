package io.anoadb.internal;

import io.anoadb.AnoaValue;
import io.anoadb.Key;
import io.anoadb.Outcome;
import io.anoadb.ScanPage;
import io.anoadb.Versioned;
import io.anoadb.generated.AnoaType;
import io.anoadb.generated.wire.Status;
import io.anoadb.generated.wire.ValueType;
import io.anoadb.internal.Command.Reading;
import io.anoadb.internal.net.CallKind;
import io.anoadb.internal.protocol.LittleEndian;
import io.anoadb.internal.protocol.MalformedException;
import io.anoadb.internal.protocol.OpResult;
import io.anoadb.internal.protocol.ValueDecoder;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The shapes that answers come in; which command has which is decided by the generator, from the spec. Each looks at the
 * status and makes the answer, or throws the refusal.
 */
public final class Readings {
  /** Done, and nothing to tell. */
  public static final Reading<@Nullable Void> NOTHING = required(result -> null);

  /** Whether there was such a key. */
  public static final Reading<Boolean> FOUND = orElse(false, result -> true);

  /** The version of the entry. */
  public static final Reading<Long> VERSION = required(Readings::version);

  public static final Reading<Boolean> BOOLEAN = required(Readings::flag);

  public static final Reading<Boolean> BOOLEAN_OR_FALSE = orElse(false, Readings::flag);

  public static final Reading<Long> LONG = required(Readings::integer);

  public static final Reading<@Nullable Long> LONG_OR_NULL = orElse(null, Readings::integer);

  public static final Reading<Double> DOUBLE = required(Readings::number);

  public static final Reading<@Nullable Double> DOUBLE_OR_NULL = orElse(null, Readings::number);

  public static final Reading<String> STRING = required(Readings::text);

  public static final Reading<@Nullable String> STRING_OR_NULL = orElse(null, Readings::text);

  public static final Reading<byte[]> BYTES = required(Readings::bytes);

  public static final Reading<byte @Nullable []> BYTES_OR_NULL = orElse(null, Readings::bytes);

  public static final Reading<AnoaValue> VALUE = required(Readings::value);

  public static final Reading<@Nullable AnoaValue> VALUE_OR_NULL = orElse(null, Readings::value);

  /** A value, or null where the result has none. */
  public static final Reading<@Nullable AnoaValue> VALUE_OR_NONE = required(Readings::valueOrNone);

  public static final Reading<Versioned> VERSIONED =
      required(result -> new Versioned(value(result), version(result)));

  public static final Reading<@Nullable Versioned> VERSIONED_OR_NULL =
      orElse(null, result -> new Versioned(value(result), version(result)));

  /** Milliseconds; FOREVER for the value null, null for no key. */
  public static final Reading<@Nullable Duration> DURATION_OR_NULL =
      orElse(null, result -> isNull(result) ? ChronoUnit.FOREVER.getDuration() : Duration.ofMillis(integer(result)));

  /** Unix milliseconds; MAX for the value null, null for no key. */
  public static final Reading<@Nullable Instant> INSTANT_OR_NULL =
      orElse(null, result -> isNull(result) ? Instant.MAX : Instant.ofEpochMilli(integer(result)));

  /** A condition that does not hold is an answer. */
  public static final Reading<Outcome> OUTCOME = Readings::outcome;

  public static final Reading<ScanPage> SCAN_PAGE = required(result -> scanPage(result, false));

  public static final Reading<ScanPage> SCAN_PAGE_WITH_TYPES = required(result -> scanPage(result, true));

  private Readings() {}

  private interface Content<A extends @Nullable Object> {
    A of(OpResult result);
  }

  private static <A extends @Nullable Object> Reading<A> required(Content<A> content) {
    return (result, kind, key) -> {
      if (result.status() != Status.OK) throw Refusals.of(result.status(), kind, key, null);
      return content.of(result);
    };
  }

  private static <A extends @Nullable Object> Reading<A> orElse(A missing, Content<? extends A> content) {
    return (result, kind, key) -> {
      if (result.status() == Status.NOT_FOUND) return missing;
      if (result.status() != Status.OK) throw Refusals.of(result.status(), kind, key, null);
      return content.of(result);
    };
  }

  private static Outcome outcome(OpResult result, CallKind kind, byte @Nullable [] key) {
    Outcome.Reason reason =
        switch (result.status()) {
          case Status.OK -> Outcome.Reason.APPLIED;
          case Status.NOT_FOUND -> Outcome.Reason.NOT_FOUND;
          case Status.CONDITION_FAILED -> Outcome.Reason.CONDITION_FAILED;
          case Status.VERSION_MISMATCH -> Outcome.Reason.VERSION_MISMATCH;
          default -> throw Refusals.of(result.status(), kind, key, null);
        };
    return new Outcome(reason, result.version(), valueOrNone(result));
  }

  private static long version(OpResult result) {
    if (!result.hasVersion()) throw new MalformedException("a result without the version that belongs to it");
    return result.version();
  }

  private static boolean isNull(OpResult result) {
    return result.type() == ValueType.NULL;
  }

  private static AnoaValue value(OpResult result) {
    return ValueDecoder.decode(result.type(), result.bytes(), result.start(), result.end());
  }

  private static @Nullable AnoaValue valueOrNone(OpResult result) {
    return result.type() == ValueType.NONE ? null : value(result);
  }

  private static boolean flag(OpResult result) {
    expect(result, ValueType.BOOLEAN, 1);
    return result.bytes().get(result.start()) != 0;
  }

  private static long integer(OpResult result) {
    expect(result, ValueType.INTEGER, Long.BYTES);
    return LittleEndian.i64(result.bytes(), result.start());
  }

  /** An INCRFLOAT of untyped text may answer a whole number as one. */
  private static double number(OpResult result) {
    if (result.type() == ValueType.INTEGER) return integer(result);
    expect(result, ValueType.FLOAT, Double.BYTES);
    return LittleEndian.f64(result.bytes(), result.start());
  }

  private static String text(OpResult result) {
    expect(result, ValueType.STRING, result.length());
    return value(result).asString();
  }

  private static byte[] bytes(OpResult result) {
    expect(result, ValueType.BYTES, result.length());
    return result.copy();
  }

  private static void expect(OpResult result, int type, int length) {
    if (result.type() == type && result.length() == length) return;
    throw new MalformedException(
        "a result of type " + ValueType.nameOf(result.type()) + " where " + ValueType.nameOf(type) + " belongs");
  }

  /** cursor u64, n u16, then n times: keyLen u16, key and, with types, type u8. */
  private static ScanPage scanPage(OpResult result, boolean withTypes) {
    expect(result, ValueType.BYTES, result.length());
    ByteBuffer bytes = result.bytes();
    int at = result.start();
    int end = result.end();
    if (end - at < 10) throw new MalformedException("a page of a scan ends in its header");
    long cursor = LittleEndian.u64(bytes, at);
    int count = LittleEndian.u16(bytes, at + 8);
    at += 10;
    List<Key> keys = new ArrayList<>(count);
    List<AnoaType> types = new ArrayList<>(withTypes ? count : 0);
    for (int i = 0; i < count; i++) {
      int length = end - at < 2 ? end : LittleEndian.u16(bytes, at);
      if (length + 2 + (withTypes ? 1 : 0) > end - at) throw new MalformedException("a page of a scan ends in a key");
      byte[] key = new byte[length];
      bytes.get(at + 2, key);
      keys.add(Key.of(key));
      at += 2 + length;
      if (withTypes) types.add(AnoaType.ofCode(bytes.get(at++) & 0xff));
    }
    if (at != end) throw new MalformedException("a page of a scan has bytes behind its last key");
    return new ScanPage(cursor, keys, types);
  }
}
