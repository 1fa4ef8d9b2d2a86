// Generated from protocol-spec/messages/*.json by `npm run gen`: do not edit.

package io.anoadb.generated;

import io.anoadb.AnoaValue;
import io.anoadb.Key;
import io.anoadb.Outcome;
import io.anoadb.ScanPage;
import io.anoadb.Versioned;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Every command of the protocol as a method that waits for the answer.
 *
 * <p>A refusal by the server is an {@link io.anoadb.ServerException}, no answer in time an {@link
 * io.anoadb.AnoaTimeoutException}, and a write of which nobody can tell whether it took effect an {@link
 * io.anoadb.OutcomeUnknownException}.
 */
public interface AnoaCommands {
  /**
   * Read a value. Returns the value with its type. Text that came without a type is interpreted, once, and the kind is
   * kept with the entry. A list is returned as json: an array of its elements, each interpreted.
   *
   * <p>{@code O(1)}, grows with the size of the value, which is copied into the reply; of a list every element is
   * interpreted.
   *
   * <p>Read a user: {@code GET user:1} answers OK, the value.
   *
   * @param key The key, 1 to 1024 bytes of any content.
   * @return The value. Null where there is no such key.
   * @throws io.anoadb.ServerException {@code VALUE_TOO_LARGE}: A list would be a larger json value than the server
   * allows.
   */
  default @Nullable AnoaValue get(String key) {
    return get(Key.of(key));
  }

  /** As {@link #get(String)}, for keys of any bytes. */
  @Nullable AnoaValue get(Key key);

  /**
   * Read a value. Returns the value with its type. Text that came without a type is interpreted, once, and the kind is
   * kept with the entry. A list is returned as json: an array of its elements, each interpreted.
   *
   * <p>{@code O(1)}, grows with the size of the value, which is copied into the reply; of a list every element is
   * interpreted.
   *
   * <p>Read a user: {@code GET user:1} answers OK, the value.
   *
   * @param key The key, 1 to 1024 bytes of any content.
   * @param options What else is asked.
   * @return The value. Null where there is no such key.
   * @throws io.anoadb.ServerException {@code VALUE_TOO_LARGE}: A list would be a larger json value than the server
   * allows.
   */
  default @Nullable AnoaValue get(String key, GetOptions options) {
    return get(Key.of(key), options);
  }

  /** As {@link #get(String, GetOptions)}, for keys of any bytes. */
  @Nullable AnoaValue get(Key key, GetOptions options);

  /**
   * Read a value. Returns the value with its type. Text that came without a type is interpreted, once, and the kind is
   * kept with the entry. A list is returned as json: an array of its elements, each interpreted.
   *
   * <p>{@code withVersion}: Return the version of the entry too, for a later ifVersion.
   *
   * <p>{@code O(1)}, grows with the size of the value, which is copied into the reply; of a list every element is
   * interpreted.
   *
   * <p>Read a user: {@code GET user:1} answers OK, the value.
   *
   * @param key The key, 1 to 1024 bytes of any content.
   * @return The value. Null where there is no such key.
   * @throws io.anoadb.ServerException {@code VALUE_TOO_LARGE}: A list would be a larger json value than the server
   * allows.
   */
  default @Nullable Versioned getWithVersion(String key) {
    return getWithVersion(Key.of(key));
  }

  /** As {@link #getWithVersion(String)}, for keys of any bytes. */
  @Nullable Versioned getWithVersion(Key key);

  /**
   * Read a value. Returns the value with its type. Text that came without a type is interpreted, once, and the kind is
   * kept with the entry. A list is returned as json: an array of its elements, each interpreted.
   *
   * <p>{@code withVersion}: Return the version of the entry too, for a later ifVersion.
   *
   * <p>{@code O(1)}, grows with the size of the value, which is copied into the reply; of a list every element is
   * interpreted.
   *
   * <p>Read a user: {@code GET user:1} answers OK, the value.
   *
   * @param key The key, 1 to 1024 bytes of any content.
   * @param options What else is asked.
   * @return The value. Null where there is no such key.
   * @throws io.anoadb.ServerException {@code VALUE_TOO_LARGE}: A list would be a larger json value than the server
   * allows.
   */
  default @Nullable Versioned getWithVersion(String key, GetOptions options) {
    return getWithVersion(Key.of(key), options);
  }

  /** As {@link #getWithVersion(String, GetOptions)}, for keys of any bytes. */
  @Nullable Versioned getWithVersion(Key key, GetOptions options);

  /**
   * Write a value, with conditions and a time to live. Replaces the value, its type and its expiry. Without ttl, expireAt
   * or keepTtl the entry does not expire, whatever was there before.
   *
   * <p>{@code O(1)}, grows with the size of the value, which is copied.
   *
   * <p>Keep a session for five minutes: {@code SET session:9 ttlMs=300000 value="on"} answers OK, version 18.
   *
   * @param key The key, 1 to 1024 bytes of any content.
   * @param value The value: its type, then its bytes to the end.
   * @return The version of the entry.
   * @throws io.anoadb.ServerException {@code VALUE_TOO_LARGE}: The value is larger than the server allows, or with
   * returnOld the old value is larger than returnedValueBytesMax.
   */
  default long set(String key, @Nullable Object value) {
    return set(Key.of(key), value);
  }

  /** As {@link #set(String, Object)}, for keys of any bytes. */
  long set(Key key, @Nullable Object value);

  /**
   * Write a value, with conditions and a time to live. Replaces the value, its type and its expiry. Without ttl, expireAt
   * or keepTtl the entry does not expire, whatever was there before.
   *
   * <p>{@code O(1)}, grows with the size of the value, which is copied.
   *
   * <p>Keep a session for five minutes: {@code SET session:9 ttlMs=300000 value="on"} answers OK, version 18.
   *
   * @param key The key, 1 to 1024 bytes of any content.
   * @param value The value: its type, then its bytes to the end.
   * @param options What else is asked.
   * @return Whether it was applied. Nothing, or with returnOld the old value, NONE where there was none. The version is
   * the new one; where ifVersion fails it is the current one, 0 where there is no entry.
   * @throws io.anoadb.ServerException {@code VALUE_TOO_LARGE}: The value is larger than the server allows, or with
   * returnOld the old value is larger than returnedValueBytesMax.
   */
  default Outcome set(String key, @Nullable Object value, SetOptions options) {
    return set(Key.of(key), value, options);
  }

  /** As {@link #set(String, Object, SetOptions)}, for keys of any bytes. */
  Outcome set(Key key, @Nullable Object value, SetOptions options);

  /**
   * Remove a key. Removes the entry, whatever its type.
   *
   * <p>{@code O(1)}, grows with nothing.
   *
   * <p>Remove a user: {@code DELETE user:1} answers OK.
   *
   * @param key The key, 1 to 1024 bytes of any content.
   * @return False where there is no such key.
   */
  default boolean delete(String key) {
    return delete(Key.of(key));
  }

  /** As {@link #delete(String)}, for keys of any bytes. */
  boolean delete(Key key);

  /**
   * Remove a key. Removes the entry, whatever its type.
   *
   * <p>{@code O(1)}, grows with nothing.
   *
   * <p>Remove a user: {@code DELETE user:1} answers OK.
   *
   * @param key The key, 1 to 1024 bytes of any content.
   * @param options What else is asked.
   * @return Whether it was applied. Nothing. Where ifVersion fails the result carries the current version.
   */
  default Outcome delete(String key, DeleteOptions options) {
    return delete(Key.of(key), options);
  }

  /** As {@link #delete(String, DeleteOptions)}, for keys of any bytes. */
  Outcome delete(Key key, DeleteOptions options);

  /**
   * Ask whether a key exists. Answers with a boolean, never with NOT_FOUND.
   *
   * <p>{@code O(1)}, grows with nothing.
   *
   * <p>Is there such a user?: {@code EXISTS user:1} answers OK, true.
   *
   * @param key The key, 1 to 1024 bytes of any content.
   * @return Whether the key exists.
   */
  default boolean exists(String key) {
    return exists(Key.of(key));
  }

  /** As {@link #exists(String)}, for keys of any bytes. */
  boolean exists(Key key);

  /**
   * Ask how long a key will live. The time left, or with absolute the Unix time of expiry.
   *
   * <p>{@code O(1)}, grows with nothing.
   *
   * <p>How long will the session live?: {@code TTL session:9} answers OK, 299000.
   *
   * @param key The key, 1 to 1024 bytes of any content.
   * @return The time; that of {@link java.time.temporal.ChronoUnit#FOREVER} where the entry does not expire, null where
   * there is no such key.
   */
  default @Nullable Duration ttl(String key) {
    return ttl(Key.of(key));
  }

  /** As {@link #ttl(String)}, for keys of any bytes. */
  @Nullable Duration ttl(Key key);

  /**
   * Ask how long a key will live. The time left, or with absolute the Unix time of expiry.
   *
   * <p>{@code absolute}: Return the Unix time of expiry in milliseconds instead of the time left.
   *
   * <p>{@code O(1)}, grows with nothing.
   *
   * <p>How long will the session live?: {@code TTL session:9} answers OK, 299000.
   *
   * @param key The key, 1 to 1024 bytes of any content.
   * @return The time; {@link Instant#MAX} where the entry does not expire, null where there is no such key.
   */
  default @Nullable Instant ttlAbsolute(String key) {
    return ttlAbsolute(Key.of(key));
  }

  /** As {@link #ttlAbsolute(String)}, for keys of any bytes. */
  @Nullable Instant ttlAbsolute(Key key);

  /**
   * Set when a key expires. Sets the expiry of an entry and leaves its value alone. A time of 0 from now, or in the past,
   * removes it. For ifLater and ifEarlier no expiry counts as infinitely late.
   *
   * <p>{@code O(1)}, grows with nothing.
   *
   * <p>Let it expire in a minute: {@code EXPIRE session:9 timeMs=60000} answers OK, version 20.
   *
   * @param key The key, 1 to 1024 bytes of any content.
   * @param time How long from now.
   * @return False where there is no such key.
   */
  default boolean expire(String key, Duration time) {
    return expire(Key.of(key), time);
  }

  /** As {@link #expire(String, Duration)}, for keys of any bytes. */
  boolean expire(Key key, Duration time);

  /**
   * Set when a key expires. Sets the expiry of an entry and leaves its value alone. A time of 0 from now, or in the past,
   * removes it. For ifLater and ifEarlier no expiry counts as infinitely late.
   *
   * <p>{@code O(1)}, grows with nothing.
   *
   * <p>Let it expire in a minute: {@code EXPIRE session:9 timeMs=60000} answers OK, version 20.
   *
   * @param key The key, 1 to 1024 bytes of any content.
   * @param time How long from now.
   * @param options What else is asked.
   * @return Whether it was applied. Nothing; the version is the new one.
   */
  default Outcome expire(String key, Duration time, ExpireOptions options) {
    return expire(Key.of(key), time, options);
  }

  /** As {@link #expire(String, Duration, ExpireOptions)}, for keys of any bytes. */
  Outcome expire(Key key, Duration time, ExpireOptions options);

  /**
   * Set when a key expires. Sets the expiry of an entry and leaves its value alone. A time of 0 from now, or in the past,
   * removes it. For ifLater and ifEarlier no expiry counts as infinitely late.
   *
   * <p>{@code absolute}: timeMs is a Unix time instead of a time from now.
   *
   * <p>{@code O(1)}, grows with nothing.
   *
   * <p>Let it expire in a minute: {@code EXPIRE session:9 timeMs=60000} answers OK, version 20.
   *
   * @param key The key, 1 to 1024 bytes of any content.
   * @param moment When; a moment that has passed counts, too.
   * @return False where there is no such key.
   */
  default boolean expire(String key, Instant moment) {
    return expire(Key.of(key), moment);
  }

  /** As {@link #expire(String, Instant)}, for keys of any bytes. */
  boolean expire(Key key, Instant moment);

  /**
   * Set when a key expires. Sets the expiry of an entry and leaves its value alone. A time of 0 from now, or in the past,
   * removes it. For ifLater and ifEarlier no expiry counts as infinitely late.
   *
   * <p>{@code absolute}: timeMs is a Unix time instead of a time from now.
   *
   * <p>{@code O(1)}, grows with nothing.
   *
   * <p>Let it expire in a minute: {@code EXPIRE session:9 timeMs=60000} answers OK, version 20.
   *
   * @param key The key, 1 to 1024 bytes of any content.
   * @param moment When; a moment that has passed counts, too.
   * @param options What else is asked.
   * @return Whether it was applied. Nothing; the version is the new one.
   */
  default Outcome expire(String key, Instant moment, ExpireOptions options) {
    return expire(Key.of(key), moment, options);
  }

  /** As {@link #expire(String, Instant, ExpireOptions)}, for keys of any bytes. */
  Outcome expire(Key key, Instant moment, ExpireOptions options);

  /**
   * Let a key live for ever. Removes the expiry of an entry. The version changes only where there was one.
   *
   * <p>{@code O(1)}, grows with nothing.
   *
   * <p>Keep the session: {@code PERSIST session:9} answers OK, true, version 21.
   *
   * @param key The key, 1 to 1024 bytes of any content.
   * @return Whether an expiry was removed. False where there is no such key.
   */
  default boolean persist(String key) {
    return persist(Key.of(key));
  }

  /** As {@link #persist(String)}, for keys of any bytes. */
  boolean persist(Key key);

  /**
   * Add to an integer. Adds the amount, 1 without the flag, to an integer, exactly. A missing key counts as 0. Works on
   * integers and on untyped text that is interpreted as one, which stays untyped text.
   *
   * <p>{@code O(1)}, grows with nothing.
   *
   * <p>Count a hit: {@code INCR hits} answers OK, 1, version 22.
   *
   * @param key The key, 1 to 1024 bytes of any content.
   * @return The sum.
   * @throws io.anoadb.ServerException {@code TYPE_MISMATCH}: The value is not an integer.
   * @throws io.anoadb.ServerException {@code OVERFLOW}: The sum would leave int64.
   */
  default long incr(String key) {
    return incr(Key.of(key));
  }

  /** As {@link #incr(String)}, for keys of any bytes. */
  long incr(Key key);

  /**
   * Add to an integer. Adds the amount, 1 without the flag, to an integer, exactly. A missing key counts as 0. Works on
   * integers and on untyped text that is interpreted as one, which stays untyped text.
   *
   * <p>{@code O(1)}, grows with nothing.
   *
   * <p>Count a hit: {@code INCR hits} answers OK, 1, version 22.
   *
   * @param key The key, 1 to 1024 bytes of any content.
   * @param options What else is asked.
   * @return The sum.
   * @throws io.anoadb.ServerException {@code TYPE_MISMATCH}: The value is not an integer.
   * @throws io.anoadb.ServerException {@code OVERFLOW}: The sum would leave int64.
   */
  default long incr(String key, IncrOptions options) {
    return incr(Key.of(key), options);
  }

  /** As {@link #incr(String, IncrOptions)}, for keys of any bytes. */
  long incr(Key key, IncrOptions options);

  /**
   * Add to an integer. Adds the amount, 1 without the flag, to an integer, exactly. A missing key counts as 0. Works on
   * integers and on untyped text that is interpreted as one, which stays untyped text.
   *
   * <p>{@code O(1)}, grows with nothing.
   *
   * <p>Count a hit: {@code INCR hits} answers OK, 1, version 22.
   *
   * @param key The key, 1 to 1024 bytes of any content.
   * @param amount What to add.
   * @return The sum.
   * @throws io.anoadb.ServerException {@code TYPE_MISMATCH}: The value is not an integer.
   * @throws io.anoadb.ServerException {@code OVERFLOW}: The sum would leave int64.
   */
  default long incr(String key, long amount) {
    return incr(Key.of(key), amount);
  }

  /** As {@link #incr(String, long)}, for keys of any bytes. */
  long incr(Key key, long amount);

  /**
   * Add to an integer. Adds the amount, 1 without the flag, to an integer, exactly. A missing key counts as 0. Works on
   * integers and on untyped text that is interpreted as one, which stays untyped text.
   *
   * <p>{@code O(1)}, grows with nothing.
   *
   * <p>Count a hit: {@code INCR hits} answers OK, 1, version 22.
   *
   * @param key The key, 1 to 1024 bytes of any content.
   * @param amount What to add.
   * @param options What else is asked.
   * @return The sum.
   * @throws io.anoadb.ServerException {@code TYPE_MISMATCH}: The value is not an integer.
   * @throws io.anoadb.ServerException {@code OVERFLOW}: The sum would leave int64.
   */
  default long incr(String key, long amount, IncrOptions options) {
    return incr(Key.of(key), amount, options);
  }

  /** As {@link #incr(String, long, IncrOptions)}, for keys of any bytes. */
  long incr(Key key, long amount, IncrOptions options);

  /**
   * Add to a float. Adds a float. A missing key counts as 0. Works on floats, integers and untyped text that is
   * interpreted as either; the result is a float, or stays untyped text.
   *
   * <p>{@code O(1)}, grows with nothing.
   *
   * <p>Add to a balance: {@code INCRFLOAT litres amountFloat=2.5} answers OK, 12.5, version 24.
   *
   * @param key The key, 1 to 1024 bytes of any content.
   * @param amountFloat What to add, a finite number.
   * @return The sum.
   * @throws io.anoadb.ServerException {@code TYPE_MISMATCH}: The value is not a number.
   * @throws io.anoadb.ServerException {@code OVERFLOW}: The sum is not finite.
   */
  default double incrFloat(String key, double amountFloat) {
    return incrFloat(Key.of(key), amountFloat);
  }

  /** As {@link #incrFloat(String, double)}, for keys of any bytes. */
  double incrFloat(Key key, double amountFloat);

  /**
   * Add to a float. Adds a float. A missing key counts as 0. Works on floats, integers and untyped text that is
   * interpreted as either; the result is a float, or stays untyped text.
   *
   * <p>{@code O(1)}, grows with nothing.
   *
   * <p>Add to a balance: {@code INCRFLOAT litres amountFloat=2.5} answers OK, 12.5, version 24.
   *
   * @param key The key, 1 to 1024 bytes of any content.
   * @param amountFloat What to add, a finite number.
   * @param options What else is asked.
   * @return The sum.
   * @throws io.anoadb.ServerException {@code TYPE_MISMATCH}: The value is not a number.
   * @throws io.anoadb.ServerException {@code OVERFLOW}: The sum is not finite.
   */
  default double incrFloat(String key, double amountFloat, IncrFloatOptions options) {
    return incrFloat(Key.of(key), amountFloat, options);
  }

  /** As {@link #incrFloat(String, double, IncrFloatOptions)}, for keys of any bytes. */
  double incrFloat(Key key, double amountFloat, IncrFloatOptions options);

  /**
   * Add to the end of a value. Adds bytes to the end of a string, bytes or untyped text. A missing key is created with
   * the value and its type; an existing one keeps its type. A string must stay valid UTF-8.
   *
   * <p>{@code O(n)}, grows with the size of the value where its place has no room left, else only what is added.
   *
   * <p>Add a line to a log: {@code APPEND log value="started\n"} answers OK, 8, version 25.
   *
   * @param key The key, 1 to 1024 bytes of any content.
   * @param value What to add: a string, bytes or text.
   * @return The new length in bytes.
   * @throws io.anoadb.ServerException {@code TYPE_MISMATCH}: The stored value, or the one sent, is not a string, bytes or
   * text; or the string would not be valid UTF-8.
   * @throws io.anoadb.ServerException {@code VALUE_TOO_LARGE}: The value is larger than the server allows.
   */
  default long append(String key, @Nullable Object value) {
    return append(Key.of(key), value);
  }

  /** As {@link #append(String, Object)}, for keys of any bytes. */
  long append(Key key, @Nullable Object value);

  /**
   * Ask for the length of a value. Bytes of a string, bytes or text; members of a json array or object; elements of a
   * list.
   *
   * <p>{@code O(1)}, grows with nothing.
   *
   * <p>How long is the log?: {@code LENGTH log} answers OK, 8.
   *
   * @param key The key, 1 to 1024 bytes of any content.
   * @return The length. Null where there is no such key.
   * @throws io.anoadb.ServerException {@code TYPE_MISMATCH}: The value has no length: null, a boolean or a number.
   */
  default @Nullable Long length(String key) {
    return length(Key.of(key));
  }

  /** As {@link #length(String)}, for keys of any bytes. */
  @Nullable Long length(Key key);

  /**
   * Read a value and remove its key. Returns the value and removes the entry, as one op. A value that could not be kept
   * for a retry is refused, and then nothing changes.
   *
   * <p>{@code O(1)}, grows with nothing, as the value is at most 1024 bytes.
   *
   * <p>Take a job: {@code GETDELETE job:1} answers OK, the value.
   *
   * @param key The key, 1 to 1024 bytes of any content.
   * @return The value that was removed. Null where there is no such key.
   * @throws io.anoadb.ServerException {@code VALUE_TOO_LARGE}: The value is larger than returnedValueBytesMax: use GET
   * and DELETE with ifVersion.
   */
  default @Nullable AnoaValue getDelete(String key) {
    return getDelete(Key.of(key));
  }

  /** As {@link #getDelete(String)}, for keys of any bytes. */
  @Nullable AnoaValue getDelete(Key key);

  /**
   * Read a value and remove its key. Returns the value and removes the entry, as one op. A value that could not be kept
   * for a retry is refused, and then nothing changes.
   *
   * <p>{@code O(1)}, grows with nothing, as the value is at most 1024 bytes.
   *
   * <p>Take a job: {@code GETDELETE job:1} answers OK, the value.
   *
   * @param key The key, 1 to 1024 bytes of any content.
   * @param options What else is asked.
   * @return The value that was removed. Null where there is no such key.
   * @throws io.anoadb.ServerException {@code VALUE_TOO_LARGE}: The value is larger than returnedValueBytesMax: use GET
   * and DELETE with ifVersion.
   */
  default @Nullable AnoaValue getDelete(String key, GetDeleteOptions options) {
    return getDelete(Key.of(key), options);
  }

  /** As {@link #getDelete(String, GetDeleteOptions)}, for keys of any bytes. */
  @Nullable AnoaValue getDelete(Key key, GetDeleteOptions options);

  /**
   * Read a value and set when its key expires. Returns the value and changes the expiry; without a flag for the expiry it
   * leaves that alone.
   *
   * <p>{@code O(1)}, grows with the size of the value, which is copied into the reply; of a list every element is
   * interpreted.
   *
   * <p>Read a session and give it five minutes more: {@code GETEXPIRE session:9 ttlMs=300000} answers OK, the value,
   * version 26.
   *
   * @param key The key, 1 to 1024 bytes of any content.
   * @return The value; the version is that of the entry after the op, or of its removal. Null where there is no such key.
   * @throws io.anoadb.ServerException {@code VALUE_TOO_LARGE}: A list would be a larger json value than the server
   * allows; nothing is changed.
   */
  default @Nullable AnoaValue getExpire(String key) {
    return getExpire(Key.of(key));
  }

  /** As {@link #getExpire(String)}, for keys of any bytes. */
  @Nullable AnoaValue getExpire(Key key);

  /**
   * Read a value and set when its key expires. Returns the value and changes the expiry; without a flag for the expiry it
   * leaves that alone.
   *
   * <p>{@code O(1)}, grows with the size of the value, which is copied into the reply; of a list every element is
   * interpreted.
   *
   * <p>Read a session and give it five minutes more: {@code GETEXPIRE session:9 ttlMs=300000} answers OK, the value,
   * version 26.
   *
   * @param key The key, 1 to 1024 bytes of any content.
   * @param options What else is asked.
   * @return The value; the version is that of the entry after the op, or of its removal. Null where there is no such key.
   * @throws io.anoadb.ServerException {@code VALUE_TOO_LARGE}: A list would be a larger json value than the server
   * allows; nothing is changed.
   */
  default @Nullable AnoaValue getExpire(String key, GetExpireOptions options) {
    return getExpire(Key.of(key), options);
  }

  /** As {@link #getExpire(String, GetExpireOptions)}, for keys of any bytes. */
  @Nullable AnoaValue getExpire(Key key, GetExpireOptions options);

  /**
   * Give an entry another key. Moves the entry with its value, type and expiry, and replaces what the new key held. A key
   * renamed to itself changes nothing but the version.
   *
   * <p>{@code O(1)}, grows with the size of the value, which is copied.
   *
   * <p>Publish a draft: {@code RENAME draft:1 newKey=post:1} answers OK, version 27.
   *
   * @param key The key, 1 to 1024 bytes of any content.
   * @param newKey The new key, 1 to 1024 bytes.
   * @return False where there is no such key.
   */
  default boolean rename(String key, String newKey) {
    return rename(Key.of(key), Key.of(newKey));
  }

  /** As {@link #rename(String, String)}, for keys of any bytes. */
  boolean rename(Key key, Key newKey);

  /**
   * Give an entry another key. Moves the entry with its value, type and expiry, and replaces what the new key held. A key
   * renamed to itself changes nothing but the version.
   *
   * <p>{@code O(1)}, grows with the size of the value, which is copied.
   *
   * <p>Publish a draft: {@code RENAME draft:1 newKey=post:1} answers OK, version 27.
   *
   * @param key The key, 1 to 1024 bytes of any content.
   * @param newKey The new key, 1 to 1024 bytes.
   * @param options What else is asked.
   * @return Whether it was applied. Nothing; the version is the new one.
   */
  default Outcome rename(String key, String newKey, RenameOptions options) {
    return rename(Key.of(key), Key.of(newKey), options);
  }

  /** As {@link #rename(String, String, RenameOptions)}, for keys of any bytes. */
  Outcome rename(Key key, Key newKey, RenameOptions options);

  /**
   * Ask for the type of a value. The name of the type in lower case; untyped text is interpreted.
   *
   * <p>{@code O(1)}, grows with nothing; the first interpretation of a text takes time with its size.
   *
   * <p>What is it?: {@code TYPE hits} answers OK, "integer".
   *
   * @param key The key, 1 to 1024 bytes of any content.
   * @return null, boolean, integer, float, string, json, bytes, list or text. Null where there is no such key.
   */
  default @Nullable String type(String key) {
    return type(Key.of(key));
  }

  /** As {@link #type(String)}, for keys of any bytes. */
  @Nullable String type(Key key);

  /**
   * Ask for the type of a value. The name of the type in lower case; untyped text is interpreted.
   *
   * <p>{@code O(1)}, grows with nothing; the first interpretation of a text takes time with its size.
   *
   * <p>What is it?: {@code TYPE hits} answers OK, "integer".
   *
   * @param key The key, 1 to 1024 bytes of any content.
   * @param options What else is asked.
   * @return null, boolean, integer, float, string, json, bytes, list or text. Null where there is no such key.
   */
  default @Nullable String type(String key, TypeOptions options) {
    return type(Key.of(key), options);
  }

  /** As {@link #type(String, TypeOptions)}, for keys of any bytes. */
  @Nullable String type(Key key, TypeOptions options);

  /**
   * List keys, a page at a time. Start with cursor 0 and go on with the cursor returned until that is 0. A key that
   * exists throughout is returned, whatever else changes meanwhile; one that comes or goes meanwhile may be. A key may
   * come twice. A page may be empty before the end. A cursor outlives a restart of the server.
   *
   * <p>{@code O(count)}, grows with count; a whole scan takes time with the number of keys in the database, not with the
   * number that match.
   *
   * <p>All users, a hundred at a time: {@code SCAN user: cursor=0 count=100} answers OK, a cursor and up to 100 keys.
   *
   * @param key A prefix that the keys must have; empty = all keys.
   * @param cursor 0 to start, then what the last page returned.
   * @param count How many entries to look at, at least 1; the server may look at fewer, and ends a page early that would
   * be large or take long.
   * @return cursor u64 (0 = done), n u16, then n times: keyLen u16, key and, with withTypes, type u8.
   */
  default ScanPage scan(String key, long cursor, int count) {
    return scan(Key.of(key), cursor, count);
  }

  /** As {@link #scan(String, long, int)}, for keys of any bytes. */
  ScanPage scan(Key key, long cursor, int count);

  /**
   * List keys, a page at a time. Start with cursor 0 and go on with the cursor returned until that is 0. A key that
   * exists throughout is returned, whatever else changes meanwhile; one that comes or goes meanwhile may be. A key may
   * come twice. A page may be empty before the end. A cursor outlives a restart of the server.
   *
   * <p>{@code O(count)}, grows with count; a whole scan takes time with the number of keys in the database, not with the
   * number that match.
   *
   * <p>All users, a hundred at a time: {@code SCAN user: cursor=0 count=100} answers OK, a cursor and up to 100 keys.
   *
   * @param key A prefix that the keys must have; empty = all keys.
   * @param cursor 0 to start, then what the last page returned.
   * @param count How many entries to look at, at least 1; the server may look at fewer, and ends a page early that would
   * be large or take long.
   * @param options What else is asked.
   * @return cursor u64 (0 = done), n u16, then n times: keyLen u16, key and, with withTypes, type u8.
   */
  default ScanPage scan(String key, long cursor, int count, ScanOptions options) {
    return scan(Key.of(key), cursor, count, options);
  }

  /** As {@link #scan(String, long, int, ScanOptions)}, for keys of any bytes. */
  ScanPage scan(Key key, long cursor, int count, ScanOptions options);

  /**
   * List keys, a page at a time. Start with cursor 0 and go on with the cursor returned until that is 0. A key that
   * exists throughout is returned, whatever else changes meanwhile; one that comes or goes meanwhile may be. A key may
   * come twice. A page may be empty before the end. A cursor outlives a restart of the server.
   *
   * <p>{@code withTypes}: Return the type of each entry, interpreted, after its key.
   *
   * <p>{@code O(count)}, grows with count; a whole scan takes time with the number of keys in the database, not with the
   * number that match.
   *
   * <p>All users, a hundred at a time: {@code SCAN user: cursor=0 count=100} answers OK, a cursor and up to 100 keys.
   *
   * @param key A prefix that the keys must have; empty = all keys.
   * @param cursor 0 to start, then what the last page returned.
   * @param count How many entries to look at, at least 1; the server may look at fewer, and ends a page early that would
   * be large or take long.
   * @return cursor u64 (0 = done), n u16, then n times: keyLen u16, key and, with withTypes, type u8.
   */
  default ScanPage scanWithTypes(String key, long cursor, int count) {
    return scanWithTypes(Key.of(key), cursor, count);
  }

  /** As {@link #scanWithTypes(String, long, int)}, for keys of any bytes. */
  ScanPage scanWithTypes(Key key, long cursor, int count);

  /**
   * List keys, a page at a time. Start with cursor 0 and go on with the cursor returned until that is 0. A key that
   * exists throughout is returned, whatever else changes meanwhile; one that comes or goes meanwhile may be. A key may
   * come twice. A page may be empty before the end. A cursor outlives a restart of the server.
   *
   * <p>{@code withTypes}: Return the type of each entry, interpreted, after its key.
   *
   * <p>{@code O(count)}, grows with count; a whole scan takes time with the number of keys in the database, not with the
   * number that match.
   *
   * <p>All users, a hundred at a time: {@code SCAN user: cursor=0 count=100} answers OK, a cursor and up to 100 keys.
   *
   * @param key A prefix that the keys must have; empty = all keys.
   * @param cursor 0 to start, then what the last page returned.
   * @param count How many entries to look at, at least 1; the server may look at fewer, and ends a page early that would
   * be large or take long.
   * @param options What else is asked.
   * @return cursor u64 (0 = done), n u16, then n times: keyLen u16, key and, with withTypes, type u8.
   */
  default ScanPage scanWithTypes(String key, long cursor, int count, ScanOptions options) {
    return scanWithTypes(Key.of(key), cursor, count, options);
  }

  /** As {@link #scanWithTypes(String, long, int, ScanOptions)}, for keys of any bytes. */
  ScanPage scanWithTypes(Key key, long cursor, int count, ScanOptions options);

  /**
   * Ask how many keys there are. Entries in the database. Those that have expired and not yet been removed may be
   * counted.
   *
   * <p>{@code O(1)}, grows with nothing.
   *
   * <p>How many keys?: {@code COUNT} answers OK, 1000000.
   *
   * @return The number of keys.
   */
  long count();

  /**
   * Remove all keys. Removes every entry at once. There is no way back, so it is refused as MALFORMED in an atomic
   * request.
   *
   * <p>{@code O(n)}, grows with the memory in use, freed in bounded steps.
   *
   * <p>Empty the database: {@code FLUSH} answers OK, 1000000.
   *
   * @return How many keys were removed.
   */
  long flush();

  /**
   * Ask how the server is. Version, uptime, memory, entries, sessions and counters, as an object. Names are only added,
   * never changed.
   *
   * <p>{@code O(1)}, grows with nothing.
   *
   * <p>How is it?: {@code STATS} answers OK, an object.
   *
   * @return An object.
   */
  AnoaValue stats();

  /**
   * Ask whether the server answers. Returns the bytes it was sent. Goes the whole way through the server, unlike the
   * frame of the same name.
   *
   * <p>{@code O(n)}, grows with the bytes sent.
   *
   * <p>Are you there?: {@code PING payload="hello"} answers OK, hello.
   *
   * @param payload What to echo, to the end; may be empty.
   * @return The same bytes.
   */
  byte[] ping(byte[] payload);

  /**
   * Check a condition, for an atomic request. Changes nothing. In an atomic request a check that fails keeps all the ops
   * from being applied. Without a flag it always holds.
   *
   * <p>{@code O(1)}, grows with nothing.
   *
   * <p>Only if nobody wrote it since: {@code CHECK user:1 version=17} answers OK, or VERSION_MISMATCH with the current
   * version.
   *
   * @param key The key, 1 to 1024 bytes of any content.
   * @param options What else is asked.
   * @return Whether it was applied. Nothing. Where ifVersion fails the result carries the current version, 0 where there
   * is no entry.
   */
  default Outcome check(String key, CheckOptions options) {
    return check(Key.of(key), options);
  }

  /** As {@link #check(String, CheckOptions)}, for keys of any bytes. */
  Outcome check(Key key, CheckOptions options);

  /**
   * Write a snapshot now. Writes an encrypted snapshot and answers when it is on disk; WORKING is sent meanwhile. Must be
   * the only op of its request, which must not be atomic; else MALFORMED.
   *
   * <p>{@code O(n)}, grows with the number of entries and their size, in slices of at most 1 ms.
   *
   * <p>Before an upgrade: {@code SNAPSHOT} answers OK,
   * {"generation":4,"entries":1000000,"bytes":73400320,"elapsedMs":2100}.
   *
   * @return An object: generation, entries, bytes, elapsedMs.
   * @throws io.anoadb.ServerException {@code SNAPSHOT_FAILED}: The files could not be written, for want of room for
   * example.
   */
  AnoaValue snapshot();

  /**
   * Give a copy of an entry another key. Copies the entry with its value, type and expiry, and replaces what the new key
   * held. The entry itself stays as it is. A key copied to itself changes nothing but the version.
   *
   * <p>{@code O(1)}, grows with the size of the value, which is copied.
   *
   * <p>Work on a draft of a post: {@code COPY post:1 newKey=draft:1} answers OK, version 28.
   *
   * @param key The key, 1 to 1024 bytes of any content.
   * @param newKey The new key, 1 to 1024 bytes.
   * @return False where there is no such key.
   */
  default boolean copy(String key, String newKey) {
    return copy(Key.of(key), Key.of(newKey));
  }

  /** As {@link #copy(String, String)}, for keys of any bytes. */
  boolean copy(Key key, Key newKey);

  /**
   * Give a copy of an entry another key. Copies the entry with its value, type and expiry, and replaces what the new key
   * held. The entry itself stays as it is. A key copied to itself changes nothing but the version.
   *
   * <p>{@code O(1)}, grows with the size of the value, which is copied.
   *
   * <p>Work on a draft of a post: {@code COPY post:1 newKey=draft:1} answers OK, version 28.
   *
   * @param key The key, 1 to 1024 bytes of any content.
   * @param newKey The new key, 1 to 1024 bytes.
   * @param options What else is asked.
   * @return Whether it was applied. Nothing; the version is the new one.
   */
  default Outcome copy(String key, String newKey, CopyOptions options) {
    return copy(Key.of(key), Key.of(newKey), options);
  }

  /** As {@link #copy(String, String, CopyOptions)}, for keys of any bytes. */
  Outcome copy(Key key, Key newKey, CopyOptions options);
}
