/**
 * Client of AnoaDB: begin at {@link io.anoadb.AnoaClient}.
 *
 * <pre>{@code
 * try (AnoaClient db = AnoaClient.connect("anoa://127.0.0.1")) {
 *   db.set("user:1", Map.of("name", "Ada"), SetOptions.create().ttl(Duration.ofMinutes(5)));
 *   AnoaValue user = db.get("user:1");
 *   long hits = db.incr("hits");
 * }
 * }</pre>
 *
 * <p>{@link io.anoadb.AnoaValue} is a value with its type, {@link io.anoadb.AtomicBatch} several ops that apply as one,
 * {@link io.anoadb.Scan} a walk over keys, {@link io.anoadb.AnoaException} the root of all that is thrown. The commands
 * themselves, with their documentation and their options, are in {@link io.anoadb.generated}: they are made from the spec.
 *
 * <p>Nothing is null here unless its type says {@code @Nullable}.
 */
@NullMarked
package io.anoadb;

import org.jspecify.annotations.NullMarked;
