package io.anoadb.internal.transport;

/**
 * Who a client is to the server: an id that its request ids belong to, and the last session whose WELCOME came, which the
 * server's record must reach back to. It outlives sessions, and is random: nothing of it is stored.
 */
final class ClientIdentity {
  private final RandomBytes random;
  private final byte[] clientId = new byte[ClientParams.CLIENT_ID_BYTES];
  private long previousSid;
  private byte[] previousEpoch = new byte[ClientParams.EPOCH_BYTES];

  ClientIdentity(RandomBytes random) {
    this.random = random;
    random.fill(clientId);
  }

  /** A WELCOME came. */
  void noteSession(ServerParams params) {
    previousSid = params.sid();
    previousEpoch = params.epoch();
  }

  /** Becomes another client. */
  void renew() {
    random.fill(clientId);
    previousSid = 0;
    previousEpoch = new byte[ClientParams.EPOCH_BYTES];
  }

  /** What AUTH says of it. */
  ClientParams params(long floor, int maxDatagram, int window) {
    return new ClientParams(clientId, floor, maxDatagram, window, previousSid, previousEpoch);
  }
}
