// Generated from protocol-spec/protocol.json by `npm run gen`: do not edit.

package io.anoadb.generated.wire;

/** Default timings, in milliseconds. */
public final class Timings {
  /** A new cookie key after this; the previous one is kept. */
  public static final int COOKIE_ROTATION_MS = 120000;

  /** How long a cookie is accepted. */
  public static final int COOKIE_AGE_MS_MAX = 10000;

  /** How long an AUTH is remembered. */
  public static final int SEEN_AUTH_MS = 20000;

  /** How long an older session of a client still receives. */
  public static final int TAKEOVER_MS = 3000;

  /** Silence that closes a session. */
  public static final int IDLE_MS = 600000;

  /** Age at which the client makes a new session. */
  public static final int REKEY_MS = 3600000;

  /** Age at which the server refuses. */
  public static final int SESSION_AGE_MS_MAX = 7200000;

  /** A sid is not given again within this time. */
  public static final int SID_REUSE_MS = 600000;

  /** A client record may be evicted after this long without traffic of its client. */
  public static final int CLIENT_RECORD_IDLE_MS = 300000;

  /** Without contact for this long an unanswered write is given up as OUTCOME_UNKNOWN. */
  public static final int OUTCOME_UNKNOWN_MS = 240000;

  /** A NO_SESSION hint counts only for datagrams sent within this time. */
  public static final int NO_SESSION_TRUST_MS = 30000;

  /** Shortest retransmission timer. */
  public static final int RETRANSMIT_MS_MIN = 20;

  /** Longest retransmission timer. */
  public static final int RETRANSMIT_MS_MAX = 1000;

  /** Retransmission timer before the first sample. */
  public static final int RETRANSMIT_MS_INITIAL = 200;

  /** Longest delay of a FRAG_ACK. */
  public static final int FRAGMENT_ACK_DELAY_MS = 10;

  /** Without a new fragment for this long a message is dropped. */
  public static final int REASSEMBLY_IDLE_MS = 2000;

  /** A message not complete after this is dropped. */
  public static final int REASSEMBLY_MS_MAX = 30000;

  /** A client with something unanswered or wanting to stay sends PING after this much silence. */
  public static final int KEEPALIVE_MS = 20000;

  private Timings() {}
}
