package io.anoadb.internal.net;

/** Why there is no session. */
public enum ConnectFailure {
  /** No answer within the time to connect. */
  CONNECT_TIMEOUT,
  /** Nobody listens at that port. */
  CONNECTION_REFUSED,
  /** No such host, or no way to it. */
  UNREACHABLE,
  /** There was a session and there is none now; the connection looks for another by itself. */
  DISCONNECTED,
  /** The server still reads its files; the connection goes on asking. */
  LOADING,
  /** The client was closed while it connected. */
  CLOSED,
  /** The server answers but full-sized datagrams do not pass, or it speaks another mode or key. */
  PATH_MTU_OR_KEY,
  /** Client and server have no version of the protocol in common. */
  VERSION,
  /** The access key is not known to the server, or was revoked. */
  AUTH_FAILED,
  /** The server has no room for another client. */
  SERVER_FULL,
  /** This access key has no room for another client. */
  KEY_QUOTA
}
