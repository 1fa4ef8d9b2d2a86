package io.anoadb.internal.transport;

import static io.anoadb.internal.transport.LittleEndian.readU16;
import static io.anoadb.internal.transport.LittleEndian.readU32;
import static io.anoadb.internal.transport.LittleEndian.readU8;
import static io.anoadb.internal.transport.RequestWindow.IN_FLIGHT;
import static io.anoadb.internal.transport.RequestWindow.QUEUED;
import static io.anoadb.internal.transport.RequestWindow.RECEIVING;
import static io.anoadb.internal.transport.RequestWindow.WAITING;
import static io.anoadb.internal.transport.RequestWindow.WORKING;

import io.anoadb.generated.wire.Limits;
import io.anoadb.generated.wire.ReplyFlag;
import io.anoadb.generated.wire.RequestFlag;
import io.anoadb.generated.wire.RspFragFrameLayout;
import io.anoadb.generated.wire.RspFrameLayout;
import io.anoadb.generated.wire.Status;
import io.anoadb.generated.wire.Timings;
import io.anoadb.generated.wire.WorkingFrameLayout;
import org.jspecify.annotations.Nullable;

/**
 * What happens to the requests of a client: sending, answers, timeouts, loss, refusals, and what a lost session means for
 * them.
 *
 * <p>Invariant: a request is answered to the listener at most once, and only after its slot is free again.
 */
final class ClientRequests {
  private static final double REFUSED_MS_FIRST = 10;
  /** How long fragments of a reply may fail to come before the request is sent again. */
  private static final double RECEIVING_MS_MIN = 400;
  /** Timeouts in a row of one request that say the path itself has stalled. */
  private static final int STALLED_DOUBLINGS = 3;
  /** Timer ids below are slots of the ring. */
  static final int PACE_TIMER = RequestWindow.RING;

  private static final byte[] NOTHING = new byte[0];

  final RequestWindow window = new RequestWindow();
  private final OvertakenRequests overtaken = new OvertakenRequests();
  private final Outgoing outgoing;
  private final TimerHeap timers;
  private final Jitter jitter;
  private final ClientListener listener;
  private @Nullable ClientSession session;
  /** Requests that may be outstanding at once in this session. */
  int windowMax;
  /** The session may be dead: what never left stays here, or a write that could wait would be of unknown outcome. */
  boolean isSuspect;
  /** No QUEUED request has a lower id. */
  private long queuedFrom = 1;

  private int queuedCount;
  /** Writes left since the server was last told a floor above them all. */
  private boolean hasUntoldWrites;

  long retransmits;
  long repliesFromCache;

  ClientRequests(Outgoing outgoing, TimerHeap timers, Jitter jitter, ClientListener listener, int windowMax) {
    this.outgoing = outgoing;
    this.timers = timers;
    this.jitter = jitter;
    this.listener = listener;
    this.windowMax = windowMax;
  }

  boolean hasQueued() {
    return queuedCount > 0;
  }

  /** Are there replies at the server that it may forget, if only it knew? */
  boolean shouldTellFloor() {
    return hasUntoldWrites && window.outstanding == 0;
  }

  void onFloorTold() {
    if (window.outstanding == 0) hasUntoldWrites = false;
  }

  long submit(byte[] ops, int byteCount, boolean mutates, boolean isAtomic) {
    long rid = window.add(ops, byteCount, mutates, isAtomic ? RequestFlag.ATOMIC : 0);
    if (queuedCount++ == 0) queuedFrom = rid;
    return rid;
  }

  /** True if any of it was ever sent. */
  boolean cancel(long rid) {
    int slot = window.find(rid);
    if (slot < 0) return false;
    boolean wasSent = window.everSent[slot];
    remove(slot);
    return wasSent;
  }

  /** Sends what window and pace allow. */
  void send(double nowMs) {
    ClientSession session = this.session;
    if (session == null) return;
    session.noteTime(nowMs);
    long rid = Math.max(queuedFrom, window.floor);
    queuedFrom = Long.MAX_VALUE; // lowered again by what gets lost meanwhile
    for (; queuedCount > 0 && rid < window.nextRid; rid++) {
      int slot = window.find(rid);
      if (slot < 0 || window.states[slot] != QUEUED) continue;
      if (rid - window.floor >= windowMax) break;
      if (isSuspect && !window.everSent[slot]) {
        queuedFrom = Math.min(queuedFrom, rid);
        continue;
      }
      int byteCount = window.lengths[slot];
      if (byteCount > session.payloadBytesMax()) {
        if (!startTransfer(session, slot, rid, nowMs)) queuedFrom = Math.min(queuedFrom, rid);
        continue;
      }
      int frameBytes = Frames.MESSAGE_OVERHEAD_BYTES + byteCount;
      if (session.outgoing.isEmpty()) {
        if (!session.congestion.hasRoom(frameBytes)) break;
        double paceMs = session.congestion.paceAtMs(nowMs);
        if (paceMs > nowMs) {
          timers.set(PACE_TIMER, paceMs);
          break;
        }
      } else if (!session.congestion.hasRoomAhead(frameBytes)) break;
      sendWhole(session, slot, rid, nowMs);
    }
    queuedFrom = Math.min(queuedFrom, rid);
    if (!session.outgoing.isEmpty()) session.outgoing.pump(nowMs);
  }

  /** A RSP frame. */
  void handleReply(byte[] bytes, int body, int end, double nowMs) {
    int slot = window.find(readU32(bytes, body));
    if (slot < 0) return; // answered or given up before
    onHeardOf(slot, readU8(bytes, body + RspFrameLayout.FLAGS_AT), nowMs);
    int status = readU8(bytes, body + RspFrameLayout.STATUS_AT);
    answer(slot, status, bytes, body + RspFrameLayout.RESULTS_AT, end, nowMs);
  }

  /** A RSP_FRAG frame. False: it contradicts those before it. */
  boolean handleFragment(
      ClientSession session, byte[] bytes, int body, int end, long counter, double nowMs) {
    long rid = readU32(bytes, body);
    long total = readU32(bytes, body + RspFragFrameLayout.TOTAL_AT);
    int slot = window.find(rid);
    if (slot < 0) {
      session.incoming.acknowledgeWhole(rid, total, counter);
      return true;
    }
    int flags = readU8(bytes, body + RspFragFrameLayout.FLAGS_AT);
    int status = readU8(bytes, body + RspFragFrameLayout.STATUS_AT);
    int identity = flags | status << 8;
    // Another attempt is another execution: its fragments must not mix with those of the one before.
    Reassembly known = session.incoming.find(rid);
    if (known != null && known.identity != identity) {
      boolean isOlder = (flags - known.identity & ReplyFlag.ATTEMPT_MASK) >= 8;
      if (isOlder) return true;
      session.incoming.drop(rid);
    }
    int index = readU16(bytes, body + RspFragFrameLayout.INDEX_AT);
    int data = body + RspFragFrameLayout.DATA_AT;
    IncomingTransfers.Outcome outcome =
        session.incoming.accept(rid, identity, total, index, bytes, data, end, counter, nowMs);
    if (outcome == IncomingTransfers.Outcome.CONFLICT) return false;
    onHeardOf(slot, flags, nowMs);
    switch (outcome) {
      case COMPLETE -> {
        byte[] message = session.incoming.take(rid);
        answer(slot, status, message, 0, message.length, nowMs);
      }
      case PARTIAL -> {
        if (window.states[slot] == QUEUED) queuedCount--;
        window.states[slot] = RECEIVING;
        arm(slot, nowMs, Math.max(RECEIVING_MS_MIN, 2 * session.rtt.timeoutMs(1)));
      }
      default -> answer(slot, Status.REPLY_TOO_LARGE, NOTHING, 0, 0, nowMs);
    }
    return true;
  }

  /** A WORKING frame: received and executing, so there is no hurry to ask again. */
  void handleWorking(ClientSession session, byte[] bytes, int body, double nowMs) {
    int slot = window.find(readU32(bytes, body + WorkingFrameLayout.RID_AT));
    if (slot < 0 || window.states[slot] != IN_FLIGHT) return;
    leaveFlight(slot);
    session.outgoing.drop(window.ridOf(slot));
    window.states[slot] = WORKING;
    window.doublings[slot] = 0;
    arm(slot, nowMs, Timings.RETRANSMIT_MS_MAX);
  }

  /** A FRAG_ACK of a request. */
  void handleFragAck(ClientSession session, byte[] bytes, int body, long counter, double nowMs) {
    FragmentSender sender = session.outgoing.handleAck(bytes, body, counter, nowMs);
    if (sender == null) return;
    int slot = window.find(sender.rid);
    if (slot >= 0) {
      if (sender.hasArrived()) window.doublings[slot] = 0;
      arm(slot, nowMs, sender.hasArrived() ? session.rtt.timeoutMs(0) : Timings.RETRANSMIT_MS_MAX);
    }
    session.outgoing.pump(nowMs);
  }

  /** The timer of a slot fired. */
  void onTimer(int slot, double nowMs) {
    ClientSession session = this.session;
    if (session == null || window.states[slot] == RequestWindow.FREE) return;
    FragmentSender sender = session.outgoing.find(window.ridOf(slot));
    if (sender != null) {
      // All of it arrived and still no answer: ask with one fragment. Until then its own timeout cares.
      if (sender.hasArrived()) {
        sender.flags = window.requestFlags[slot] | window.nextAttempt(slot, session.sendCounter, nowMs);
        sender.probe();
        window.doublings[slot]++;
        retransmits++;
        session.outgoing.pump(nowMs);
      }
      arm(slot, nowMs, session.rtt.timeoutMs(window.doublings[slot]));
      return;
    }
    if (window.states[slot] == IN_FLIGHT) lose(session, slot, nowMs);
    // What arrived of a reply stays: only a newer execution of the request makes it worthless.
    else queue(slot);
  }

  /** A session stands: everything unanswered leaves again, but writes the server knows nothing of. */
  void attach(ClientSession session, boolean isFresh, int windowMax) {
    detach();
    this.session = session;
    this.windowMax = windowMax;
    if (isFresh) giveUpSentWrites();
  }

  /** The session is gone: what was on its way is queued again. */
  void detach() {
    if (session != null) {
      session.outgoing.dropAll();
      session.incoming.dropAll();
    }
    session = null;
    overtaken.clear();
    timers.clear(PACE_TIMER);
    for (long rid = window.floor; rid < window.nextRid; rid++) {
      int slot = window.find(rid);
      if (slot < 0) continue;
      timers.clear(slot);
      window.inFlightBytes[slot] = 0;
      window.doublings[slot] = 0;
      if (window.states[slot] != QUEUED) queue(slot);
    }
  }

  /** Writes that left and that no server can account for. */
  void giveUpSentWrites() {
    long end = window.nextRid; // the listener may submit others meanwhile
    for (long rid = window.floor; rid < end; rid++) {
      int slot = window.find(rid);
      if (slot < 0 || !window.mutates[slot] || !window.everSent[slot]) continue;
      remove(slot);
      listener.onOutcomeUnknown(rid);
    }
  }

  /** A new clientId: request ids start over. */
  void restart() {
    window.restart();
    queuedFrom = 1;
    hasUntoldWrites = false;
  }

  private void sendWhole(ClientSession session, int slot, long rid, double nowMs) {
    int byteCount = window.lengths[slot];
    int frameBytes = Frames.MESSAGE_OVERHEAD_BYTES + byteCount;
    int at = outgoing.reserve(session, frameBytes);
    long counter = session.sendCounter - 1;
    if (window.attempts[slot] > 0) retransmits++;
    int flags = window.requestFlags[slot] | window.nextAttempt(slot, counter, nowMs);
    byte[] bytes = outgoing.bytes();
    int opsAt = Frames.writeRequestHead(bytes, at, rid, (int) (rid - window.floor), flags, byteCount);
    System.arraycopy(window.opsOf(slot), 0, bytes, opsAt, byteCount);
    noteSent(slot);
    window.inFlightBytes[slot] = frameBytes;
    session.congestion.onSent(frameBytes, nowMs);
    overtaken.onSent(rid, counter);
    arm(slot, nowMs, session.rtt.timeoutMs(window.doublings[slot]));
  }

  /** False: as many large requests are on their way as the server reassembles. */
  private boolean startTransfer(ClientSession session, int slot, long rid, double nowMs) {
    int byteCount = window.lengths[slot];
    if (byteCount > session.params.maxMessage()) {
      answer(slot, Status.MESSAGE_TOO_LARGE, NOTHING, 0, 0, nowMs);
      return true;
    }
    OutgoingTransfers transfers = session.outgoing;
    if (transfers.count() >= Math.max(1, session.params.maxReassembly())) return false;
    boolean isTooMuch = transfers.queuedBytes() + byteCount > Limits.REASSEMBLY_BYTES_PER_SESSION;
    if (transfers.count() > 0 && isTooMuch) return false;
    if (window.attempts[slot] > 0) retransmits++;
    int flags = window.requestFlags[slot] | window.nextAttempt(slot, session.sendCounter, nowMs);
    transfers.start(rid, window.opsOf(slot), byteCount, (int) (rid - window.floor), flags, nowMs);
    noteSent(slot);
    arm(slot, nowMs, Timings.RETRANSMIT_MS_MAX);
    return true;
  }

  private void noteSent(int slot) {
    window.states[slot] = IN_FLIGHT;
    window.isOvertaken[slot] = false;
    queuedCount--;
    if (window.mutates[slot]) hasUntoldWrites = true;
  }

  /** An answer of any kind: a round-trip sample, room in the congestion window, news about the order. */
  private void onHeardOf(int slot, int flags, double nowMs) {
    ClientSession session = this.session;
    if ((flags & ReplyFlag.FROM_CACHE) != 0) repliesFromCache++;
    if (session == null || window.states[slot] != IN_FLIGHT) return;
    int echoed = flags & ReplyFlag.ATTEMPT_MASK;
    double sentMs = window.sentMsOf(slot, echoed);
    if (sentMs >= 0) {
      // A large request's answer says little about the time that one datagram takes.
      if (session.outgoing.find(window.ridOf(slot)) == null) session.rtt.sample(nowMs - sentMs);
      session.congestion.onAnswered(window.inFlightBytes[slot], sentMs);
      window.inFlightBytes[slot] = 0;
      overtaken.onAnswered(window.counterOf(slot, echoed));
    }
    leaveFlight(slot);
    session.outgoing.drop(window.ridOf(slot));
  }

  private void answer(int slot, int status, byte[] bytes, int start, int end, double nowMs) {
    switch (status) {
      case Status.BUSY, Status.REASSEMBLY_LIMIT, Status.WINDOW_EXCEEDED -> waitLonger(slot, nowMs);
      default -> {
        long rid = window.ridOf(slot);
        // Below the server's floor and yet unanswered: it was given up there, executed or not.
        boolean isUnknown =
            status == Status.STALE_RID && window.mutates[slot] && window.attempts[slot] > 1;
        remove(slot);
        if (isUnknown) listener.onOutcomeUnknown(rid);
        else listener.onReply(rid, status, bytes, start, end);
      }
    }
    detectLoss(nowMs);
  }

  /** Refused without being executed: the same request id again, later. */
  private void waitLonger(int slot, double nowMs) {
    if (window.states[slot] == QUEUED) queuedCount--;
    if (session != null) session.outgoing.drop(window.ridOf(slot));
    window.states[slot] = WAITING;
    double delayMs = Math.min(Timings.RETRANSMIT_MS_MAX, REFUSED_MS_FIRST * (1 << window.refusals[slot]));
    if (window.refusals[slot] < 8) window.refusals[slot]++;
    arm(slot, nowMs, delayMs);
  }

  /** Requests overtaken by three later answers, 9/8 srtt after they left, are lost. */
  private void detectLoss(double nowMs) {
    ClientSession session = this.session;
    if (session == null) return;
    for (long rid = overtaken.front(); rid >= 0; rid = overtaken.front()) {
      int slot = window.find(rid);
      int attempt = slot < 0 ? 0 : window.lastAttemptOf(slot);
      boolean isLive =
          slot >= 0
              && window.states[slot] == IN_FLIGHT
              && window.counterOf(slot, attempt) == overtaken.frontCounter();
      if (isLive) {
        double lostAtMs = window.sentMsOf(slot, attempt) + session.rtt.reorderMs();
        window.isOvertaken[slot] = true;
        if (lostAtMs > nowMs) {
          timers.set(slot, lostAtMs);
          return;
        }
        lose(session, slot, nowMs);
      }
      overtaken.dropFront();
    }
  }

  /** What was on its way counts as lost; it leaves again with the next {@link #send}. */
  private void lose(ClientSession session, int slot, double nowMs) {
    double sentMs = window.sentMsOf(slot, window.lastAttemptOf(slot));
    session.congestion.onLost(window.inFlightBytes[slot], sentMs, nowMs);
    window.inFlightBytes[slot] = 0;
    if (!window.isOvertaken[slot] && window.doublings[slot] < 15) {
      if (++window.doublings[slot] == STALLED_DOUBLINGS) session.congestion.onStalled(nowMs);
    }
    window.isOvertaken[slot] = false;
    timers.clear(slot);
    queue(slot);
  }

  private void leaveFlight(int slot) {
    if (session != null) session.congestion.onForgotten(window.inFlightBytes[slot]);
    window.inFlightBytes[slot] = 0;
    window.isOvertaken[slot] = false;
  }

  private void queue(int slot) {
    window.states[slot] = QUEUED;
    long rid = window.ridOf(slot);
    if (queuedCount++ == 0 || rid < queuedFrom) queuedFrom = rid;
  }

  private void remove(int slot) {
    long rid = window.ridOf(slot);
    if (window.states[slot] == QUEUED) queuedCount--;
    leaveFlight(slot);
    timers.clear(slot);
    if (session != null) {
      session.outgoing.drop(rid);
      session.incoming.drop(rid);
    }
    window.remove(slot);
  }

  private void arm(int slot, double nowMs, double delayMs) {
    timers.set(slot, nowMs + jitter.spread(delayMs));
  }
}
