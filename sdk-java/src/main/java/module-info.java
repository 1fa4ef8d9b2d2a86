/** Client of AnoaDB, a key-value server that speaks UDP first. Begin at {@link io.anoadb.AnoaClient}. */
module io.anoadb.client {
  requires static transitive org.jspecify;
  requires static com.fasterxml.jackson.databind;
  requires org.bouncycastle.provider;
  requires msgpack.core;
  // msgpack-core looks for sun.misc.Unsafe, and as an automatic module cannot ask for it.
  requires jdk.unsupported;

  exports io.anoadb;
  exports io.anoadb.generated;
  exports io.anoadb.jackson;
}
