package io.anoadb;

/**
 * A value with the version of its entry, which a later {@code ifVersion} compares.
 *
 * @param value the value
 * @param version changes with every write
 */
public record Versioned(AnoaValue value, long version) {}
