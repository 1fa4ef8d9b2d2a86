package io.anoadb.internal.transport;

/** What an endpoint tells its owner, from within any of its methods that take the time. */
public interface ClientListener {
  /** A session stands; after a loss, stands again. */
  void onReady();

  /**
   * {@code bytes[start, end)} are the results, lent for this call. The request id is free afterwards, so the next request
   * may be submitted from within.
   */
  void onReply(long rid, int status, byte[] bytes, int start, int end);

  /** A sent write that no server can account for any more: done or not done. */
  void onOutcomeUnknown(long rid);

  /** The session is lost; the endpoint looks for another by itself. */
  void onDisconnected(String reason);

  /** The server still loads its files, so many percent are done; the endpoint goes on asking. */
  void onLoading(int percent);

  /** The endpoint is closed for good; unanswered requests get no other call. */
  void onFatal(Fatal fatal);
}
