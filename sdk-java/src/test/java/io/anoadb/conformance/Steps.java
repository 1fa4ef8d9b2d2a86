package io.anoadb.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import io.anoadb.AnoaClient;
import io.anoadb.AnoaException;
import io.anoadb.AnoaValue;
import io.anoadb.AtomicBatch;
import io.anoadb.AtomicOutcome;
import io.anoadb.Key;
import io.anoadb.Scan;
import io.anoadb.Versioned;
import io.anoadb.generated.AnoaType;
import io.anoadb.generated.CheckOptions;
import io.anoadb.generated.CopyOptions;
import io.anoadb.generated.DeleteOptions;
import io.anoadb.generated.ExpireOptions;
import io.anoadb.generated.GetExpireOptions;
import io.anoadb.generated.GetOptions;
import io.anoadb.generated.IncrOptions;
import io.anoadb.generated.RenameOptions;
import io.anoadb.generated.SetOptions;
import io.anoadb.generated.TypeOptions;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Does the steps of a behaviour with this SDK, each answer put into the terms of the spec. */
final class Steps {
  private final AnoaClient db;
  private final String prefix;
  private final Map<String, Long> versions = new HashMap<>();

  Steps(AnoaClient db, String prefix) {
    this.db = db;
    this.prefix = prefix;
  }

  void run(JsonNode steps) throws InterruptedException {
    for (int index = 0; index < steps.size(); index++) {
      JsonNode step = steps.get(index);
      if (step.get("do").textValue().equals("WAIT")) {
        Thread.sleep(step.get("ms").longValue());
        continue;
      }
      try {
        answer(step).assertIs(step.get("gives"), versions);
      } catch (AssertionError failure) {
        String where = "step " + index + ", " + step.get("do").textValue() + " " + step.path("key") + ": ";
        throw new AssertionError(where + failure.getMessage(), failure);
      }
    }
  }

  private Answer answer(JsonNode step) {
    try {
      return executed(step);
    } catch (AnoaException failure) {
      return Answer.status(failure.code());
    } catch (IllegalArgumentException refused) {
      return Answer.status("REFUSED");
    }
  }

  private Answer executed(JsonNode step) {
    String command = step.get("do").textValue();
    if (command.equals("ATOMIC")) return atomic(step.get("ops"));
    if (command.equals("SCAN")) return scan(step);
    Key key = SpecValues.key(prefix, step.get("key"));
    JsonNode flags = step.path("flags");
    return switch (command) {
      case "GET" -> get(key, flags);
      case "SET" -> set(key, step);
      case "DELETE" ->
          flags.has("ifVersion")
              ? Answer.of(db.delete(key, DeleteOptions.create().ifVersion(versionOf(flags))))
              : Answer.wasFound(db.delete(key));
      case "EXISTS" -> Answer.ok(AnoaValue.of(db.exists(key)));
      case "TYPE" -> {
        String type = flags.has("raw") ? db.type(key, TypeOptions.create().raw()) : db.type(key);
        yield Answer.found(type == null ? null : AnoaValue.of(type));
      }
      case "LENGTH" -> {
        Long length = db.length(key);
        yield Answer.found(length == null ? null : AnoaValue.of(length.longValue()));
      }
      case "APPEND" -> Answer.ok(AnoaValue.of(db.append(key, SpecValues.of(step.get("value")))));
      case "GETDELETE" -> Answer.found(db.getDelete(key));
      case "GETEXPIRE" -> Answer.found(db.getExpire(key, getExpireOptions(flags)));
      case "TTL" -> ttl(db.ttl(key));
      case "EXPIRE" -> expire(key, step);
      case "PERSIST" -> Answer.ok(AnoaValue.of(db.persist(key)));
      case "INCR" -> Answer.ok(AnoaValue.of(incr(key, flags)));
      case "INCRFLOAT" -> Answer.ok(AnoaValue.of(db.incrFloat(key, step.get("amountFloat").doubleValue())));
      case "RENAME" -> {
        Key newKey = SpecValues.key(prefix, step.get("newKey"));
        yield flags.has("ifAbsent")
            ? Answer.of(db.rename(key, newKey, RenameOptions.create().ifAbsent()))
            : Answer.wasFound(db.rename(key, newKey));
      }
      case "COPY" -> {
        Key newKey = SpecValues.key(prefix, step.get("newKey"));
        yield flags.has("ifAbsent")
            ? Answer.of(db.copy(key, newKey, CopyOptions.create().ifAbsent()))
            : Answer.wasFound(db.copy(key, newKey));
      }
      default -> throw new AssertionError("this runner cannot do " + command);
    };
  }

  private Answer get(Key key, JsonNode flags) {
    if (flags.has("raw")) return Answer.found(db.get(key, GetOptions.create().raw()));
    if (!flags.has("withVersion")) return Answer.found(db.get(key));
    Versioned found = db.getWithVersion(key);
    return found == null ? Answer.status("NOT_FOUND") : Answer.ok(found.value()).with(found.value(), found.version());
  }

  private Answer set(Key key, JsonNode step) {
    AnoaValue value = SpecValues.of(step.get("value"));
    if (!step.has("flags")) return Answer.status("OK").with(null, db.set(key, value));
    return Answer.of(db.set(key, value, setOptions(step.get("flags"))));
  }

  private SetOptions setOptions(JsonNode flags) {
    SetOptions options = SetOptions.create();
    if (flags.has("ifAbsent")) options = options.ifAbsent();
    if (flags.has("ifPresent")) options = options.ifPresent();
    if (flags.has("ifVersion")) options = options.ifVersion(versionOf(flags));
    if (flags.has("ttl")) options = options.ttl(Duration.ofMillis(flags.get("ttl").longValue()));
    if (flags.has("expireAt")) options = options.expireAt(momentOf(flags.get("expireAt")));
    if (flags.has("keepTtl")) options = options.keepTtl();
    if (flags.has("returnOld")) options = options.returnOld();
    return options;
  }

  private static GetExpireOptions getExpireOptions(JsonNode flags) {
    if (flags.has("persist")) return GetExpireOptions.create().persist();
    return GetExpireOptions.create().ttl(Duration.ofMillis(flags.get("ttl").longValue()));
  }

  private static Answer ttl(Duration left) {
    if (left == null) return Answer.status("NOT_FOUND");
    boolean isForEver = left.equals(ChronoUnit.FOREVER.getDuration());
    return Answer.ok(isForEver ? AnoaValue.NULL : AnoaValue.of(left.toMillis()));
  }

  private Answer expire(Key key, JsonNode step) {
    JsonNode flags = step.path("flags");
    if (step.has("at")) return Answer.wasFound(db.expire(key, momentOf(step.get("at"))));
    Duration time = Duration.ofMillis(step.get("timeMs").longValue());
    if (flags.isMissingNode()) return Answer.wasFound(db.expire(key, time));
    ExpireOptions options = ExpireOptions.create();
    if (flags.has("ifNone")) options = options.ifNone();
    if (flags.has("ifSome")) options = options.ifSome();
    if (flags.has("ifLater")) options = options.ifLater();
    if (flags.has("ifEarlier")) options = options.ifEarlier();
    return Answer.of(db.expire(key, time, options));
  }

  private long incr(Key key, JsonNode flags) {
    IncrOptions options =
        flags.has("ttl") ? IncrOptions.create().ttl(Duration.ofMillis(flags.get("ttl").longValue())) : null;
    if (!flags.has("amount")) return options == null ? db.incr(key) : db.incr(key, options);
    long amount = Long.parseLong(flags.get("amount").textValue());
    return options == null ? db.incr(key, amount) : db.incr(key, amount, options);
  }

  private Answer scan(JsonNode step) {
    Scan scan = db.scan(prefix + step.path("prefix").asText(""));
    if (step.has("pattern")) scan = scan.pattern(step.get("pattern").textValue());
    if (step.has("type")) scan = scan.type(AnoaType.valueOf(step.get("type").textValue().toUpperCase(Locale.ROOT)));
    if (step.has("pageSize")) scan = scan.pageSize(step.get("pageSize").intValue());
    Set<String> keys = new HashSet<>();
    try (Stream<Key> walk = scan.stream()) {
      walk.forEach(key -> keys.add(key.toString().substring(prefix.length())));
    }
    return Answer.status("OK").withKeys(keys);
  }

  private Answer atomic(JsonNode ops) {
    AtomicBatch batch = db.atomic();
    List<Supplier<Answer>> answers = new ArrayList<>();
    for (JsonNode op : ops) answers.add(inBatch(batch, op));
    AtomicOutcome outcome = batch.commit();
    String status = Answer.nameOf(outcome.reason());
    if (!outcome.isApplied()) return Answer.status(status).withFailed(outcome.failed());
    return Answer.status(status).withResults(answers.stream().map(Supplier::get).toList());
  }

  /** Adds an op to the batch; its answer, to be asked for after the commit. */
  private Supplier<Answer> inBatch(AtomicBatch batch, JsonNode op) {
    Key key = SpecValues.key(prefix, op.get("key"));
    JsonNode flags = op.path("flags");
    switch (op.get("do").textValue()) {
      case "CHECK" -> {
        var checked = batch.check(key, checkOptions(flags));
        return () -> Answer.of(checked.join());
      }
      case "SET" -> {
        AnoaValue value = SpecValues.of(op.get("value"));
        var set = batch.set(key, value, setOptions(flags));
        return () -> Answer.of(set.join());
      }
      case "GET" -> {
        var read = batch.get(key);
        return () -> Answer.found(read.join());
      }
      case "INCR" -> {
        var sum = batch.incr(key);
        return () -> Answer.ok(AnoaValue.of(sum.join().longValue()));
      }
      case "DELETE" -> {
        var wasThere = batch.delete(key);
        return () -> Answer.wasFound(wasThere.join());
      }
      case "RENAME" -> {
        var wasThere = batch.rename(key, SpecValues.key(prefix, op.get("newKey")));
        return () -> Answer.wasFound(wasThere.join());
      }
      default -> throw new AssertionError("this runner cannot do " + op.get("do") + " in a batch");
    }
  }

  private CheckOptions checkOptions(JsonNode flags) {
    if (flags.has("ifVersion")) return CheckOptions.create().ifVersion(versionOf(flags));
    return flags.has("ifAbsent") ? CheckOptions.create().ifAbsent() : CheckOptions.create().ifPresent();
  }

  private long versionOf(JsonNode flags) {
    return versions.get(flags.get("ifVersion").textValue());
  }

  private static Instant momentOf(JsonNode moment) {
    return Instant.now().plusMillis(moment.get("fromNowMs").longValue());
  }
}
