// Generated from protocol-spec/errors.json by `npm run gen`: do not edit.

package io.anoadb.generated.wire;

import io.anoadb.Executed;

/** Codes below 0x20 answer one op; from 0x20 on they answer a whole request. */
public final class Status {
  /** Success. */
  public static final int OK = 0x00;

  /** The key does not exist. Not a failure of an atomic request: the ops after it still run. */
  public static final int NOT_FOUND = 0x01;

  /** A condition flag was not met. */
  public static final int CONDITION_FAILED = 0x02;

  /** The stored value, or the value sent, is of a type that the op cannot use. */
  public static final int TYPE_MISMATCH = 0x03;

  /** The condition ifVersion was not met. The result carries the current version, 0 where the key does not exist. */
  public static final int VERSION_MISMATCH = 0x04;

  /** Arithmetic left the range of its type. */
  public static final int OVERFLOW = 0x05;

  /**
   * Unknown flag bit, two flags that exclude each other, arguments too short or too long, a number out of its range, an
   * empty key where one is required, a value that is not valid for its type, a FLUSH or SNAPSHOT in an atomic request.
   */
  public static final int MALFORMED = 0x06;

  /** A key longer than keyBytesMax. */
  public static final int KEY_TOO_LARGE = 0x07;

  /**
   * The value to store is larger than the server allows, the old value is larger than returnedValueBytesMax and can not
   * be returned by a write, or a list is too large to be returned as one value.
   */
  public static final int VALUE_TOO_LARGE = 0x08;

  /**
   * Checked before a write changes anything. Also where an atomic request would change more than the server can take
   * back.
   */
  public static final int OUT_OF_MEMORY = 0x09;

  /** Writes are refused, reads go on. */
  public static final int READ_ONLY = 0x0a;

  /** The role or the prefix of the access key does not permit the op. */
  public static final int DENIED = 0x0b;

  /** Unknown opcode. The ops after it are still executed: argLen says where it ends. */
  public static final int UNSUPPORTED_OP = 0x0c;

  /**
   * In an atomic request one op answered something other than OK or NOT_FOUND; it keeps its own status and all the
   * others say ABORTED.
   */
  public static final int ABORTED = 0x0d;

  /** The result did not fit into what was left of the largest message. */
  public static final int REPLY_TOO_LARGE = 0x0e;

  /**
   * Answered by doors that have no handshake. The datagram protocol says it before a session stands: REJECT(LOADING).
   */
  public static final int LOADING = 0x0f;

  /** The files of a snapshot could not be written whole. Nothing of the data in memory is affected. */
  public static final int SNAPSHOT_FAILED = 0x10;

  /** A write that the journal has no room for. The server looks for room every second and goes on by itself. */
  public static final int DISK_FULL = 0x11;

  /**
   * Stands in a stored reply where the result of a `reread` op was left out because the reply was larger than
   * storedReplyBytesMax. Also in a first reply, where a write was executed and the value that it read does not fit the
   * message.
   */
  public static final int READ_NOT_REPLAYED = 0x1f;

  /** Load shedding, before execution. */
  public static final int BUSY = 0x20;

  /** rid &gt;= floor + window. */
  public static final int WINDOW_EXCEEDED = 0x21;

  /** rid &lt; floor. */
  public static final int STALE_RID = 0x22;

  /** Same rid, another fingerprint. */
  public static final int RID_REUSED = 0x23;

  /** The total of the fragments is above messageBytesMax. */
  public static final int MESSAGE_TOO_LARGE = 0x24;

  /** A limit on messages in reassembly was reached. */
  public static final int REASSEMBLY_LIMIT = 0x25;

  /** The reply was dropped, which only an operator can cause. */
  public static final int REPLY_GONE = 0x26;

  /** A request that was executing when its time ended. */
  public static final int DEADLINE = 0x27;

  /** An assertion of the server failed. */
  public static final int INTERNAL = 0x2f;

  /** First code that answers a whole request instead of one op. */
  public static final int TRANSPORT_FIRST = 0x20;

  /** Its name in the spec, the code of an exception; of an unknown status {@code STATUS_42}. */
  public static String nameOf(int status) {
    return switch (status) {
      case OK -> "OK";
      case NOT_FOUND -> "NOT_FOUND";
      case CONDITION_FAILED -> "CONDITION_FAILED";
      case TYPE_MISMATCH -> "TYPE_MISMATCH";
      case VERSION_MISMATCH -> "VERSION_MISMATCH";
      case OVERFLOW -> "OVERFLOW";
      case MALFORMED -> "MALFORMED";
      case KEY_TOO_LARGE -> "KEY_TOO_LARGE";
      case VALUE_TOO_LARGE -> "VALUE_TOO_LARGE";
      case OUT_OF_MEMORY -> "OUT_OF_MEMORY";
      case READ_ONLY -> "READ_ONLY";
      case DENIED -> "DENIED";
      case UNSUPPORTED_OP -> "UNSUPPORTED_OP";
      case ABORTED -> "ABORTED";
      case REPLY_TOO_LARGE -> "REPLY_TOO_LARGE";
      case LOADING -> "LOADING";
      case SNAPSHOT_FAILED -> "SNAPSHOT_FAILED";
      case DISK_FULL -> "DISK_FULL";
      case READ_NOT_REPLAYED -> "READ_NOT_REPLAYED";
      case BUSY -> "BUSY";
      case WINDOW_EXCEEDED -> "WINDOW_EXCEEDED";
      case STALE_RID -> "STALE_RID";
      case RID_REUSED -> "RID_REUSED";
      case MESSAGE_TOO_LARGE -> "MESSAGE_TOO_LARGE";
      case REASSEMBLY_LIMIT -> "REASSEMBLY_LIMIT";
      case REPLY_GONE -> "REPLY_GONE";
      case DEADLINE -> "DEADLINE";
      case INTERNAL -> "INTERNAL";
      default -> "STATUS_" + status;
    };
  }

  /** Whether the effect of what was asked for has happened. */
  public static Executed executed(int status) {
    return switch (status) {
      case OK, READ_NOT_REPLAYED, REPLY_GONE -> Executed.YES;
      case NOT_FOUND, CONDITION_FAILED, TYPE_MISMATCH, VERSION_MISMATCH, OVERFLOW, MALFORMED, KEY_TOO_LARGE, VALUE_TOO_LARGE, OUT_OF_MEMORY, READ_ONLY, DENIED, UNSUPPORTED_OP, ABORTED, REPLY_TOO_LARGE, LOADING, SNAPSHOT_FAILED, DISK_FULL, BUSY, WINDOW_EXCEEDED, RID_REUSED, MESSAGE_TOO_LARGE, REASSEMBLY_LIMIT -> Executed.NO;
      default -> Executed.UNKNOWN;
    };
  }

  /** What was wrong and what helps, for people. Never to be matched by a program. */
  public static String messageOf(int status) {
    return switch (status) {
      case OK ->
          "The op was executed.";
      case NOT_FOUND ->
          "There is no such key, or it has expired. Nothing was changed.";
      case CONDITION_FAILED ->
          "A condition of the op (ifAbsent, ifPresent, ifNone, ifSome, ifLater, ifEarlier) does not hold. Nothing was changed; read the key to see why.";
      case TYPE_MISMATCH ->
          "The value has a type this op does not work on. Nothing was changed; TYPE tells the type of what is stored.";
      case VERSION_MISMATCH ->
          "The entry has another version than the one given, so somebody wrote it in between. Nothing was changed; read again and retry with the version in this result.";
      case OVERFLOW ->
          "The result would not fit: beyond int64, or not a finite float. Nothing was changed.";
      case MALFORMED ->
          "The bytes of this op or request do not follow the protocol. Nothing was changed; this is an error in the client, not in the data.";
      case KEY_TOO_LARGE ->
          "The key is longer than 1024 bytes. Nothing was changed; use a shorter key, for instance a hash of it.";
      case VALUE_TOO_LARGE ->
          "The value is larger than this op or this server allows. Nothing was changed; the limits are in STATS.";
      case OUT_OF_MEMORY ->
          "The server has reached its memory limit and its policy is to refuse. Nothing was changed; delete keys, raise the limit (ANOA_MAX_MEMORY) or choose an eviction policy.";
      case READ_ONLY ->
          "The server accepts no writes at present, for instance because its disk refuses them. Nothing was changed; STATS says why.";
      case DENIED ->
          "This access key may not do that to this key. Nothing was changed; ask for a key with another role or prefix.";
      case UNSUPPORTED_OP ->
          "This server does not know that opcode. Nothing was changed; the server is older than the client.";
      case ABORTED ->
          "Another op of this atomic request failed, so nothing of it was applied. Look for the op whose status is not ABORTED.";
      case REPLY_TOO_LARGE ->
          "The reply would not fit a message together with the replies before it. Nothing was changed by this op; ask for this one alone.";
      case LOADING ->
          "The server is still reading its files. Nothing was executed; try again shortly.";
      case SNAPSHOT_FAILED ->
          "The snapshot could not be written; the one before it stands. The log of the server says why, a full disk for example.";
      case DISK_FULL ->
          "The server's disk is full, so it takes no writes until there is room again; reads go on. Nothing was changed; make room on that disk, or try later.";
      case READ_NOT_REPLAYED ->
          "The request was executed before and this is its stored reply, which does not keep values read. Ask again in a request of its own.";
      case BUSY ->
          "The server refused the request before executing it because a bound on memory or on work was reached. Retry after a pause.";
      case WINDOW_EXCEEDED ->
          "The request id is beyond the window of this client. Nothing was executed; the client sent too many requests without waiting for replies.";
      case STALE_RID ->
          "The request id is below the floor that the client announced, so its reply was given up. The request may have been executed long ago.";
      case RID_REUSED ->
          "The request id was used before with another body. This body was not executed; this is an error in the client.";
      case MESSAGE_TOO_LARGE ->
          "The request is larger than the server accepts (maxMessage of WELCOME). Nothing was executed; split it.";
      case REASSEMBLY_LIMIT ->
          "Too many unfinished large requests at once. Nothing was executed; send this one again when others are done.";
      case REPLY_GONE ->
          "The request was executed, but its reply is no longer kept. Read the keys to see the effect.";
      case DEADLINE ->
          "The server gave the request up because it took too long. It may have been executed.";
      case INTERNAL ->
          "The server failed in a way that is a defect of its own. The log of the server has the details; please report it.";
      default -> "A status this client does not know; the server is newer. Update the client.";
    };
  }

  /** Whether any op can answer it, whatever its command lists. */
  public static boolean isCommon(int status) {
    return switch (status) {
      case MALFORMED, KEY_TOO_LARGE, OUT_OF_MEMORY, READ_ONLY, DENIED, UNSUPPORTED_OP, ABORTED, REPLY_TOO_LARGE, LOADING, DISK_FULL, READ_NOT_REPLAYED -> true;
      default -> false;
    };
  }

  private Status() {}
}
