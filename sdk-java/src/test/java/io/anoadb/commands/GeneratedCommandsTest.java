package io.anoadb.commands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.anoadb.AnoaValue;
import io.anoadb.Executed;
import io.anoadb.Key;
import io.anoadb.Outcome;
import io.anoadb.OutcomeUnknownException;
import io.anoadb.ScanPage;
import io.anoadb.ServerException;
import io.anoadb.generated.AnoaType;
import io.anoadb.generated.BlockingCommands;
import io.anoadb.generated.CheckOptions;
import io.anoadb.generated.ExpireOptions;
import io.anoadb.generated.GetOptions;
import io.anoadb.generated.IncrOptions;
import io.anoadb.generated.ScanOptions;
import io.anoadb.generated.SetOptions;
import io.anoadb.generated.wire.ExpireFlag;
import io.anoadb.generated.wire.GetFlag;
import io.anoadb.generated.wire.Opcode;
import io.anoadb.generated.wire.OpDecoder;
import io.anoadb.generated.wire.ScanFlag;
import io.anoadb.generated.wire.SetFlag;
import io.anoadb.generated.wire.Status;
import io.anoadb.generated.wire.ValueType;
import io.anoadb.internal.protocol.MalformedException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What generated methods send, and what they make of results; no server is near. */
class GeneratedCommandsTest {
  private static final int WITH_VERSION = 0x80;
  private static final byte[] NOTHING = {};

  private final RecordingExecutor executor = new RecordingExecutor();
  private final BlockingCommands db = executor.blocking();

  @Test
  @DisplayName("options become flags and arguments, each in its place")
  void optionsAreSent() {
    executor.answering(Status.OK, ValueType.NONE | WITH_VERSION, integer(7));
    db.set("k", "v", SetOptions.create().ifVersion(17).ttl(Duration.ofMinutes(5)).returnOld());
    OpDecoder op = executor.lastOp();
    assertThat(op.opcode).isEqualTo(Opcode.SET);
    assertThat(op.flags).isEqualTo(SetFlag.IF_VERSION | SetFlag.TTL | SetFlag.RETURN_OLD);
    assertThat(op.arguments).containsEntry("version", 17L).containsEntry("ttlMs", 300_000L);
    assertThat(op.type).isEqualTo(ValueType.STRING);
  }

  @Test
  @DisplayName("options that exclude each other are refused where they are made")
  void exclusiveOptions() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SetOptions.create().ifAbsent().ifPresent())
        .withMessageContaining("ifAbsent, ifPresent, ifVersion");
    assertThatIllegalArgumentException().isThrownBy(() -> SetOptions.create().ttl(Duration.ofSeconds(1)).keepTtl());
  }

  @Test
  @DisplayName("options are kept as they are: adding one gives another object")
  void optionsAreImmutable() {
    SetOptions session = SetOptions.create().ttl(Duration.ofSeconds(1));
    session.ifAbsent();
    assertThat(session.flags()).isEqualTo(SetFlag.TTL);
    assertThat(SetOptions.create().flags()).isZero();
  }

  @Test
  @DisplayName("a time to live is at least a millisecond, not negative and not endless")
  void timesToLive() {
    assertThat(SetOptions.create().ttl(Duration.ofNanos(1)).ttlMs()).isEqualTo(1);
    assertThat(SetOptions.create().ttl(Duration.ofMillis((1L << 48) - 1)).ttlMs()).isEqualTo((1L << 48) - 1);
    for (Duration wrong :
        new Duration[] {Duration.ZERO, Duration.ofMillis(-1), Duration.ofMillis(1L << 48), ChronoUnit.FOREVER.getDuration()}) {
      assertThatIllegalArgumentException().as("%s", wrong).isThrownBy(() -> SetOptions.create().ttl(wrong));
    }
  }

  @Test
  @DisplayName("a moment that has passed is sent, whatever it is; one too far away is refused")
  void moments() {
    assertThat(SetOptions.create().expireAt(Instant.EPOCH).expireAtMs()).isEqualTo(1);
    assertThat(SetOptions.create().expireAt(Instant.MIN).expireAtMs()).isEqualTo(1);
    assertThatIllegalArgumentException().isThrownBy(() -> SetOptions.create().expireAt(Instant.MAX));
  }

  @Test
  @DisplayName("a Duration and an Instant are two ways to say when a key expires")
  void expire() {
    executor.answering(Status.OK, ValueType.NONE | WITH_VERSION, integer(7));
    assertThat(db.expire("k", Duration.ofMinutes(1))).isTrue();
    assertThat(executor.lastOp().flags).isZero();
    assertThat(executor.lastOp().arguments).containsEntry("timeMs", 60_000L);
    assertThat(db.expire("k", Instant.ofEpochMilli(1_800_000_000_000L))).isTrue();
    assertThat(executor.lastOp().flags).isEqualTo(ExpireFlag.ABSOLUTE);
    assertThat(executor.lastOp().arguments).containsEntry("timeMs", 1_800_000_000_000L);
    Outcome later = db.expire("k", Instant.ofEpochMilli(9), ExpireOptions.create().ifLater());
    assertThat(executor.lastOp().flags).isEqualTo(ExpireFlag.ABSOLUTE | ExpireFlag.IF_LATER);
    assertThat(later).isEqualTo(new Outcome(Outcome.Reason.APPLIED, 7, null));
  }

  @Test
  @DisplayName("an amount may be left out, given, and given with options")
  void amounts() {
    executor.answering(Status.OK, ValueType.INTEGER | WITH_VERSION, join(integer(7), integer(41)));
    assertThat(db.incr("k")).isEqualTo(41);
    assertThat(executor.lastOp().flags).isZero();
    db.incr("k", -5);
    assertThat(executor.lastOp().arguments).containsExactly(Map.entry("amount", -5L));
    db.incr("k", Long.MIN_VALUE, IncrOptions.create().ttl(Duration.ofMillis(3)));
    assertThat(executor.lastOp().arguments).containsEntry("amount", Long.MIN_VALUE).containsEntry("ttlMs", 3L);
    assertThatIllegalArgumentException().isThrownBy(() -> db.incrFloat("k", Double.NaN));
  }

  @Test
  @DisplayName("keys are text or bytes, and their lengths are looked at before anything is sent")
  void keys() {
    executor.answering(Status.OK, ValueType.BOOLEAN, new byte[] {1});
    assertThat(db.exists("schlüssel")).isTrue();
    assertThat(executor.lastOp().key).isEqualTo("schlüssel".getBytes(StandardCharsets.UTF_8));
    db.exists(Key.of(new byte[] {0, -1}));
    assertThat(executor.lastOp().key).containsExactly(0, -1);
    int sent = executor.ops.size();
    assertThatIllegalArgumentException().isThrownBy(() -> db.exists(""));
    assertThatIllegalArgumentException().isThrownBy(() -> db.exists("k".repeat(1025)));
    assertThatIllegalArgumentException().isThrownBy(() -> db.rename("a", ""));
    assertThatIllegalArgumentException().isThrownBy(() -> db.exists("half of a pair: \ud83d"));
    assertThatIllegalArgumentException().isThrownBy(() -> db.set("k", "\udc00"));
    assertThatIllegalArgumentException().isThrownBy(() -> db.set("k", Map.of("\ud83dx", 1)));
    assertThat(executor.ops).hasSize(sent);
  }

  @Test
  @DisplayName("a key that is not there is null, or false where there is nothing to return")
  void missing() {
    executor.answering(Status.NOT_FOUND, ValueType.NONE, NOTHING);
    assertThat(db.get("k")).isNull();
    assertThat(db.getWithVersion("k")).isNull();
    assertThat(db.length("k")).isNull();
    assertThat(db.type("k")).isNull();
    assertThat(db.ttl("k")).isNull();
    assertThat(db.ttlAbsolute("k")).isNull();
    assertThat(db.delete("k")).isFalse();
    assertThat(db.persist("k")).isFalse();
    assertThat(db.rename("k", "l")).isFalse();
  }

  @Test
  @DisplayName("a key that does not expire lives for ever, and the value null is no missing key")
  void never() {
    executor.answering(Status.OK, ValueType.NULL, NOTHING);
    assertThat(db.ttl("k")).isEqualTo(ChronoUnit.FOREVER.getDuration());
    assertThat(db.ttlAbsolute("k")).isEqualTo(Instant.MAX);
    assertThat(db.get("k")).isEqualTo(AnoaValue.NULL);
    executor.answering(Status.OK, ValueType.INTEGER, integer(1500));
    assertThat(db.ttl("k")).isEqualTo(Duration.ofMillis(1500));
    assertThat(db.ttlAbsolute("k")).isEqualTo(Instant.ofEpochMilli(1500));
  }

  @Test
  @DisplayName("a version comes with the value where it was asked for")
  void versions() {
    executor.answering(Status.OK, ValueType.BOOLEAN | WITH_VERSION, join(integer(9), new byte[] {1}));
    assertThat(db.getWithVersion("k", GetOptions.create().raw()).version()).isEqualTo(9);
    assertThat(executor.lastOp().flags).isEqualTo(GetFlag.WITH_VERSION | GetFlag.RAW);
    assertThat(db.set("k", null)).isEqualTo(9);
    assertThat(executor.lastOp().type).isEqualTo(ValueType.NULL);
  }

  @Test
  @DisplayName("a condition that does not hold is an answer with the current version")
  void conditions() {
    executor.answering(Status.VERSION_MISMATCH, ValueType.NONE | WITH_VERSION, integer(18));
    Outcome outcome = db.set("k", 1, SetOptions.create().ifVersion(17));
    assertThat(outcome.isApplied()).isFalse();
    assertThat(outcome).isEqualTo(new Outcome(Outcome.Reason.VERSION_MISMATCH, 18, null));
    executor.answering(Status.CONDITION_FAILED, ValueType.STRING, "old".getBytes(StandardCharsets.UTF_8));
    outcome = db.set("k", 1, SetOptions.create().ifAbsent().returnOld());
    assertThat(outcome).isEqualTo(new Outcome(Outcome.Reason.CONDITION_FAILED, 0, AnoaValue.of("old")));
    assertThat(db.check("k", CheckOptions.create().ifPresent()).reason()).isEqualTo(Outcome.Reason.CONDITION_FAILED);
  }

  @Test
  @DisplayName("a refusal is an exception with the code of the spec, and says whether anything happened")
  void refusals() {
    executor.answering(Status.TYPE_MISMATCH, ValueType.NONE, NOTHING);
    assertThatThrownBy(() -> db.incr("k"))
        .isInstanceOfSatisfying(
            ServerException.class,
            refusal -> {
              assertThat(refusal.code()).isEqualTo("TYPE_MISMATCH");
              assertThat(refusal.status()).isEqualTo(Status.TYPE_MISMATCH);
              assertThat(refusal.executed()).isEqualTo(Executed.NO);
              assertThat(refusal).hasMessageContaining("INCR").hasMessageContaining("\"k\"");
            });
    executor.answering(Status.INTERNAL, ValueType.NONE, NOTHING);
    assertThatThrownBy(() -> db.incr("k")).isInstanceOf(OutcomeUnknownException.class);
    assertThatThrownBy(() -> db.get("k")).isInstanceOf(ServerException.class);
    executor.answering(0x1e, ValueType.NONE, NOTHING);
    assertThatThrownBy(() -> db.get("k")).hasMessageContaining("newer");
  }

  @Test
  @DisplayName("a page of a scan is read, with types where they were asked for")
  void scans() {
    executor.answering(Status.OK, ValueType.BYTES, page(false));
    ScanPage page = db.scan("user:", 0, 100, ScanOptions.create().pattern("*:1").type(AnoaType.JSON));
    assertThat(page).isEqualTo(new ScanPage(5, java.util.List.of(Key.of("a"), Key.of("bc")), java.util.List.of()));
    assertThat(executor.lastOp().flags).isEqualTo(ScanFlag.PATTERN | ScanFlag.TYPE);
    assertThat(executor.lastOp().type).isEqualTo(ValueType.JSON);
    executor.answering(Status.OK, ValueType.BYTES, page(true));
    page = db.scanWithTypes("", 5, 1);
    assertThat(executor.lastOp().flags).isEqualTo(ScanFlag.WITH_TYPES);
    assertThat(page.types()).containsExactly(AnoaType.INTEGER, AnoaType.JSON);
    assertThatIllegalArgumentException().isThrownBy(() -> db.scan("", 0, 0));
    assertThatIllegalArgumentException().isThrownBy(() -> ScanOptions.create().pattern(""));
  }

  @Test
  @DisplayName("a page that is cut off anywhere, or a result of another type, cannot be read")
  void malformedResults() {
    byte[] whole = page(true);
    for (int length = 0; length < whole.length; length++) {
      executor.answering(Status.OK, ValueType.BYTES, java.util.Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> db.scanWithTypes("", 0, 1)).as("%d bytes", length).isInstanceOf(MalformedException.class);
    }
    executor.answering(Status.OK, ValueType.STRING, NOTHING);
    assertThatThrownBy(() -> db.incr("k")).isInstanceOf(MalformedException.class);
    assertThatThrownBy(() -> db.exists("k")).isInstanceOf(MalformedException.class);
  }

  @Test
  @DisplayName("async methods send the same and complete with the same")
  void async() {
    executor.answering(Status.OK, ValueType.INTEGER | WITH_VERSION, join(integer(7), integer(2)));
    assertThat(executor.async().incr("k", 2).join()).isEqualTo(2);
    assertThat(executor.lastOp().arguments).containsExactly(Map.entry("amount", 2L));
  }

  /** Cursor 5 and the keys a and bc, integer and json. */
  private static byte[] page(boolean withTypes) {
    ByteBuffer page = ByteBuffer.allocate(withTypes ? 19 : 17).order(ByteOrder.LITTLE_ENDIAN);
    page.putLong(5).putShort((short) 2).putShort((short) 1).put((byte) 'a');
    if (withTypes) page.put((byte) ValueType.INTEGER);
    page.putShort((short) 2).put((byte) 'b').put((byte) 'c');
    if (withTypes) page.put((byte) ValueType.JSON);
    return page.array();
  }

  private static byte[] integer(long value) {
    return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
  }

  private static byte[] join(byte[] first, byte[] second) {
    return ByteBuffer.allocate(first.length + second.length).put(first).put(second).array();
  }
}
