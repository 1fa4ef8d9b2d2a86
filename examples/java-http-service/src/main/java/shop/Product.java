package shop;

/** Something that is sold; a JSON value in the cache. */
public record Product(String id, String name) {}
