/** Client of AnoaDB, a key-value server that speaks UDP first. Begin at {@link io.anoadb}. */
module io.anoadb.client {
  requires static transitive org.jspecify;
  requires static com.fasterxml.jackson.databind;
  requires org.bouncycastle.provider;
  requires msgpack.core;

  exports io.anoadb;
  exports io.anoadb.jackson;
}
