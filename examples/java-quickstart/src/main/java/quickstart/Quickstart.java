package quickstart;

import io.anoadb.AnoaClient;
import io.anoadb.AnoaValue;
import io.anoadb.AnoaValue.IntegerValue;
import io.anoadb.AnoaValueException;
import io.anoadb.AtomicBatch;
import io.anoadb.AtomicOutcome;
import io.anoadb.Entry;
import io.anoadb.Key;
import io.anoadb.Outcome;
import io.anoadb.ServerException;
import io.anoadb.TypeRef;
import io.anoadb.Versioned;
import io.anoadb.generated.CheckOptions;
import io.anoadb.generated.SetOptions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The tour of the client's README as a program: it checks what it gets and ends with an exit code other than 0 where that
 * is not what the README says. ANOA_URL says where the server is if it is elsewhere than on this machine.
 */
public final class Quickstart {
  /** Stored as a JSON value. */
  public record User(String name, List<String> langs) {}

  private Quickstart() {}

  public static void main(String[] args) throws InterruptedException {
    // Closed at the end of the program, however it ends.
    try (AnoaClient db = AnoaClient.connect()) {
      System.out.println("connected to " + db.peer());
      // What an earlier run left behind.
      for (Key key : db.scan("quickstart:")) db.delete(key);
      values(db);
      expiry(db);
      conditions(db);
      counters(db);
      batches(db);
      walks(db);
      failures(db);
      System.out.println("all as the README says");
    }
  }

  private static void values(AnoaClient db) {
    User ada = new User("Ada", List.of("en", "fr"));
    db.set("quickstart:user:1", ada, SetOptions.create().ttl(Duration.ofMinutes(5)));
    check(ada.equals(db.get("quickstart:user:1", User.class)), "a record comes back equal");
    check(db.get("quickstart:user:2") == null, "a missing key is null");

    db.set("quickstart:big", 9_007_199_254_740_993L);
    check(db.get("quickstart:big") instanceof IntegerValue big && big.value() == 9_007_199_254_740_993L, "a long is exact");
    db.set("quickstart:zip", "01234");
    check("01234".equals(db.get("quickstart:zip", String.class)), "a string stays a string");
    db.set("quickstart:typed", AnoaValue.text("42"));
    check(db.get("quickstart:typed", Integer.class) == 42, "untyped text reads as what it looks like");
    db.set("quickstart:tags", List.of("a", "b"));
    check(db.get("quickstart:tags", new TypeRef<List<String>>() {}).size() == 2, "types with parameters");
    System.out.println("values: a record, a long, a string, untyped text and a list came back as they were");
  }

  private static void expiry(AnoaClient db) throws InterruptedException {
    db.set("quickstart:flash", "gone soon", SetOptions.create().ttl(Duration.ofMillis(40)));
    Thread.sleep(100);
    check(!db.exists("quickstart:flash"), "what has expired is gone");
    System.out.println("expiry: gone after its time, without a read");
  }

  private static void conditions(AnoaClient db) {
    Outcome first = db.set("quickstart:lock", "me", SetOptions.create().ifAbsent().ttl(Duration.ofSeconds(30)));
    Outcome second = db.set("quickstart:lock", "you", SetOptions.create().ifAbsent());
    check(first.isApplied() && !second.isApplied(), "ifAbsent lets one of two through");

    db.set("quickstart:stock", 7);
    Versioned read = db.getWithVersion("quickstart:stock");
    db.incr("quickstart:stock");
    Outcome late = db.set("quickstart:stock", 0, SetOptions.create().ifVersion(read.version()));
    check(late.reason() == Outcome.Reason.VERSION_MISMATCH, "somebody wrote in between");
    System.out.println("conditions: a lock and a compare-and-set, refused without an exception");
  }

  private static void counters(AnoaClient db) {
    // A thousand calls at once share a few datagrams.
    List<CompletableFuture<Long>> hits =
        IntStream.range(0, 1000).mapToObj(i -> db.async().incr("quickstart:hits")).toList();
    hits.forEach(CompletableFuture::join);
    check(db.get("quickstart:hits", Long.class) == 1000, "every INCR counts once");
    System.out.println("counters: a thousand INCR at once end at a thousand");
  }

  private static void batches(AnoaClient db) {
    db.set("quickstart:from", 10);
    AtomicBatch batch = db.atomic();
    batch.check("quickstart:to", CheckOptions.create().ifAbsent());
    CompletableFuture<Long> left = batch.incr("quickstart:from", -3);
    batch.set("quickstart:to", 3);
    check(batch.commit().isApplied() && left.join() == 7, "the batch applies as one");

    AtomicOutcome refused =
        db.atomic(
            again -> {
              again.incr("quickstart:from", -3);
              again.check("quickstart:to", CheckOptions.create().ifAbsent());
            });
    check(refused.failed() == 1 && db.get("quickstart:from", Long.class) == 7, "or none of it does");
    System.out.println("batches: all of it, or nothing");
  }

  private static void walks(AnoaClient db) {
    db.setMany(Map.of("quickstart:n:1", 1, "quickstart:n:2", 2, "quickstart:n:3", 3));
    try (Stream<Entry> entries = db.scan("quickstart:n:").entries()) {
      check(entries.mapToLong(entry -> entry.value().asLong()).sum() == 6, "entries of a prefix");
    }
    System.out.println("walks: keys with their values, as a stream");
  }

  private static void failures(AnoaClient db) {
    try {
      db.incr("quickstart:zip");
      check(false, "INCR of a string is refused");
    } catch (ServerException refused) {
      check(refused.code().equals("TYPE_MISMATCH"), "by a code of the protocol");
    }
    try {
      db.get("quickstart:zip", Integer.class);
      check(false, "a string is no number");
    } catch (AnoaValueException unfit) {
      System.out.println("failures: " + unfit.getMessage());
    }
  }

  private static void check(boolean holds, String what) {
    if (!holds) throw new AssertionError("not as the README says: " + what);
  }
}
