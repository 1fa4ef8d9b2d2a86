package io.anoadb;

/**
 * A key with its value, as a walk over the store yields them.
 *
 * @param key the key
 * @param value what it held when it was read
 */
public record Entry(Key key, AnoaValue value) {}
