package io.anoadb.internal.transport;

import static io.anoadb.internal.transport.LittleEndian.readU16;
import static io.anoadb.internal.transport.LittleEndian.readU32;
import static io.anoadb.internal.transport.LittleEndian.readU48;
import static io.anoadb.internal.transport.LittleEndian.readU64;
import static io.anoadb.internal.transport.LittleEndian.readU8;

import io.anoadb.generated.wire.CloseCode;
import io.anoadb.generated.wire.CloseFrameLayout;
import io.anoadb.generated.wire.DataHeaderLayout;
import io.anoadb.generated.wire.DatagramType;
import io.anoadb.generated.wire.Dedup;
import io.anoadb.generated.wire.FragAckFrameLayout;
import io.anoadb.generated.wire.FrameHeaderLayout;
import io.anoadb.generated.wire.FrameType;
import io.anoadb.generated.wire.Limits;
import io.anoadb.generated.wire.NoSessionLayout;
import io.anoadb.generated.wire.PathResponseFrameLayout;
import io.anoadb.generated.wire.PingFrameLayout;
import io.anoadb.generated.wire.PongFrameLayout;
import io.anoadb.generated.wire.RejectLayout;
import io.anoadb.generated.wire.ReqFrameLayout;
import org.jspecify.annotations.Nullable;

/**
 * The client's end of the datagram protocol, sans I/O: sessions come and go here, requests stay.
 *
 * <p>A session is given up on a WELCOME only; hints and silence merely begin a new handshake beside it. One thread at a
 * time; the time is monotonic, in milliseconds.
 */
public final class ClientEndpoint {
  private static final int HANDSHAKE_TIMER = ClientRequests.PACE_TIMER + 1;
  private static final int TRANSFER_TIMER = ClientRequests.PACE_TIMER + 2;
  private static final int FLOOR_TIMER = ClientRequests.PACE_TIMER + 3;
  private static final int REKEY_TIMER = ClientRequests.PACE_TIMER + 4;
  private static final int TIMERS = ClientRequests.PACE_TIMER + 5;
  private static final int TIMERS_PER_TICK = 512;
  /** Unanswered for this long, a server is asked for a new session beside the old one. */
  private static final double SILENCE_MS = 3000;
  /** A quiet client tells once that the server may forget its replies. */
  private static final double FLOOR_PING_MS = 1000;

  private static final double RECONNECT_DELAY_MS = 50;
  private static final double REJECTED_MS_MAX = 10_000;
  /** After a rekey that was refused. */
  private static final double REKEY_RETRY_MS = 10_000;

  /** How an endpoint stands. */
  public enum State {
    IDLE,
    CONNECTING,
    READY,
    CLOSED
  }

  private final ClientLimits limits;
  private final ClientListener listener;
  private final int windowMax;
  private final int maxDatagramWanted;
  private final Outgoing outgoing;
  private final Admission admission;
  private final int typeOffset;
  private final TimerHeap timers = new TimerHeap(TIMERS);
  private final @Nullable ClientSealedHandshake sealed;
  private final ClientHandshake handshake;
  private final ClientRequests requests;
  private final ClientIdentity identity;
  private final long[] dropped = new long[DropReason.values().length];
  private @Nullable ClientSession session;
  /** The running handshake replaces a session that works. */
  private boolean isRekeying;

  private double noRekeyBeforeMs;
  private boolean isClosed;
  private boolean isStarted;
  private long sessionCount;
  private double lastHeardMs;
  /** Since when something has been outstanding without a break. */
  private double busySinceMs;

  private long pingToken;
  private long datagramsIn;
  private long bytesIn;

  /**
   * @param psk the access key of 32 bytes for sealed mode, null for open mode; copied, and wiped with {@link #close}
   * @param isLoopback both ends are on this machine: larger datagrams may be agreed
   * @param sink filled and flushed by this endpoint alone; its socket is connected to the server
   */
  public ClientEndpoint(
      byte @Nullable [] psk,
      boolean isLoopback,
      DatagramSink sink,
      RandomBytes random,
      ClientListener listener,
      int windowMax,
      ClientLimits limits) {
    Mode mode = psk == null ? Mode.OPEN : Mode.SEALED;
    this.limits = limits;
    this.listener = listener;
    this.windowMax = Math.min(RequestWindow.RING, windowMax);
    maxDatagramWanted =
        isLoopback
            ? Math.min(limits.maxDatagramLoopback(), sink.batch().slotBytes)
            : Limits.DATAGRAM_BYTES_MAX;
    typeOffset = mode.typeOffset;
    outgoing = new Outgoing(sink, mode);
    admission = new Admission(mode, maxDatagramWanted);
    Jitter jitter = new Jitter(random);
    sealed = psk == null ? null : new ClientSealedHandshake(psk, random);
    handshake = new ClientHandshake(outgoing, random, jitter, mode, sealed);
    requests = new ClientRequests(outgoing, timers, jitter, listener, this.windowMax);
    identity = new ClientIdentity(random);
  }

  public State state() {
    if (isClosed) return State.CLOSED;
    if (handshake.isRunning() && !isRekeying) return State.CONNECTING;
    return session == null ? State.IDLE : State.READY;
  }

  /** Bytes of ops that fit one datagram; more travel in fragments. */
  public int requestBytesMax() {
    return session != null
        ? session.payloadBytesMax()
        : Limits.FRAMES_BYTES_MAX - FrameHeaderLayout.BYTES - ReqFrameLayout.BYTES;
  }

  /** Bytes of ops that can be sent at all, as granted by the server. */
  public long messageBytesMax() {
    return session != null ? session.params.maxMessage() : limits.maxMessageBytes();
  }

  /** Requests submitted and not answered. */
  public int outstanding() {
    return requests.window.outstanding;
  }

  /** Begins the first handshake. */
  public void start(double nowMs) {
    if (isStarted || isClosed) return;
    isStarted = true;
    lastHeardMs = nowMs;
    handshake.start(nowMs, 0);
    afterwards(nowMs);
  }

  /** Takes datagrams in; opens them in place. */
  public void handleBatch(DatagramBatch batch, double nowMs) {
    for (int i = 0; i < batch.count && !isClosed; i++) {
      int start = batch.startOf(i);
      handleDatagram(batch.bytes, start, start + batch.lengths[i], nowMs);
    }
    afterwards(nowMs);
  }

  /** Room in the window; also while connecting, when requests wait. */
  public boolean canSubmit() {
    RequestWindow window = requests.window;
    return !isClosed
        && window.nextRid - window.floor < requests.windowMax
        && window.nextRid <= limits.requestIdMax();
  }

  /**
   * Takes the first {@code byteCount} bytes of {@code ops} as a request; nothing leaves before {@link #flush}. Up to 16
   * KiB are copied, of more the array is kept and must not change any more. Returns the request id.
   */
  public long submit(byte[] ops, int byteCount, boolean mutates, boolean isAtomic, double nowMs) {
    if (!canSubmit()) throw new IllegalStateException("no room in the request window: ask canSubmit() first");
    if (byteCount > messageBytesMax())
      throw new IllegalArgumentException(
          "a request of " + byteCount + " bytes is above the limit of " + messageBytesMax());
    if (outstanding() == 0) busySinceMs = nowMs;
    return requests.submit(ops, byteCount, mutates, isAtomic);
  }

  /** Sends what may leave now; call once per burst of submits. */
  public void flush(double nowMs) {
    afterwards(nowMs);
  }

  /** Forgets a request; true if any of it was ever sent (a write's outcome is then unknown). */
  public boolean cancel(long rid, double nowMs) {
    boolean wasSent = requests.cancel(rid);
    renewIfExhausted(nowMs);
    return wasSent;
  }

  /** The socket said that nobody listens there: a hint, since anyone can forge it. */
  public void hintRefused(double nowMs) {
    if (session == null || handshake.isRunning() || outstanding() == 0) return;
    reconnect("nobody listens at the server's port", RECONNECT_DELAY_MS, nowMs);
    afterwards(nowMs);
  }

  /** Serves the timers that are due, a bounded number per call. */
  public void tick(double nowMs) {
    for (int i = 0; i < TIMERS_PER_TICK && !isClosed; i++) {
      int id = timers.takeDue(nowMs);
      if (id < 0) break;
      if (id < ClientRequests.PACE_TIMER) requests.onTimer(id, nowMs);
      else onTimer(id, nowMs);
    }
    if (!isClosed) checkSilence(nowMs);
    afterwards(nowMs);
  }

  /** When {@link #tick} wants to be called; Infinity = not before something happens. */
  public double nextTickAtMs() {
    return timers.nextMs();
  }

  /** Says goodbye, best effort, and wipes all keys. Unanswered requests get no other call. */
  public void close() {
    if (isClosed) return;
    if (session != null) sendClose(session, CloseCode.NORMAL);
    shut();
    outgoing.flush();
  }

  /** What was counted so far. */
  public ClientCounters counters() {
    long retransmits = requests.retransmits + (session == null ? 0 : session.outgoing.retransmits());
    return new ClientCounters(
        outgoing.datagrams,
        outgoing.byteCount,
        datagramsIn,
        bytesIn,
        retransmits,
        requests.repliesFromCache,
        sessionCount,
        session == null ? 0 : session.rtt.smoothedMs(),
        dropped.clone());
  }

  /** Smoothed round-trip time of the session, 0 before the first sample. */
  public double smoothedRttMs() {
    return session == null ? 0 : session.rtt.smoothedMs();
  }

  private void handleDatagram(byte[] bytes, int start, int end, double nowMs) {
    datagramsIn++;
    bytesIn += end - start;
    DropReason refusal = admission.refuse(bytes, start, end);
    if (refusal != null) {
      drop(refusal);
      return;
    }
    switch (readU8(bytes, start + 1) - typeOffset) {
      case DatagramType.CHALLENGE -> {
        if (!handshake.handleChallenge(bytes, start, clientParams(), nowMs))
          drop(DropReason.UNEXPECTED_HANDSHAKE);
      }
      case DatagramType.WELCOME -> handleWelcome(bytes, start, nowMs);
      case DatagramType.VERSIONS -> handleVersions(bytes, start, nowMs);
      case DatagramType.REJECT -> handleReject(bytes, start, nowMs);
      case DatagramType.NO_SESSION -> handleNoSession(bytes, start, nowMs);
      default -> handleData(bytes, start, end, nowMs);
    }
  }

  private void handleData(byte[] bytes, int start, int end, double nowMs) {
    ClientSession session = this.session;
    if (session == null || readU32(bytes, start + DataHeaderLayout.SID_AT) != session.sid) {
      drop(DropReason.UNKNOWN_SESSION);
      return;
    }
    long counter = readU48(bytes, start + DataHeaderLayout.COUNTER_AT);
    ReplayWindow.Verdict verdict = session.received.check(counter);
    if (verdict != ReplayWindow.Verdict.FRESH) {
      drop(verdict == ReplayWindow.Verdict.REPLAYED ? DropReason.REPLAYED : DropReason.TOO_OLD);
      return;
    }
    int plaintextAt = session.sealing.open(bytes, start, end);
    if (plaintextAt < 0) {
      drop(DropReason.BAD_TAG);
      return;
    }
    session.received.mark(counter);
    lastHeardMs = nowMs;
    if (handshake.isRunning() && !isRekeying) {
      // It was only silent for a while.
      handshake.stop();
      listener.onReady();
    }
    handleFrames(session, bytes, plaintextAt, end, counter, nowMs);
  }

  private void handleFrames(
      ClientSession session, byte[] bytes, int start, int end, long counter, double nowMs) {
    int at = start;
    while (at < end && this.session == session && bytes[at] != FrameType.PADDING) {
      int type = readU8(bytes, at);
      int body = at + FrameHeaderLayout.BYTES;
      at = body <= end ? body + readU16(bytes, body - 2) : end + 1;
      if (at > end) {
        drop(DropReason.BAD_FRAME);
        return;
      }
      if (type >= FrameType.SKIPPABLE_FROM) continue;
      int bytesMin = Frames.bodyBytesMin(type);
      if (bytesMin < 0) {
        sendClose(session, CloseCode.UNSUPPORTED_FRAME);
        loseSession("the server sent a frame that this client does not know", nowMs);
      } else if (at - body < bytesMin) drop(DropReason.BAD_FRAME);
      else handleFrame(session, type, bytes, body, at, counter, nowMs);
    }
  }

  private void handleFrame(
      ClientSession session, int type, byte[] bytes, int body, int end, long counter, double nowMs) {
    switch (type) {
      case FrameType.RSP -> requests.handleReply(bytes, body, end, nowMs);
      case FrameType.RSP_FRAG -> {
        if (!requests.handleFragment(session, bytes, body, end, counter, nowMs)) drop(DropReason.BAD_FRAGMENT);
      }
      case FrameType.FRAG_ACK -> {
        if (bytes[body + FragAckFrameLayout.DIRECTION_AT] == Frames.ACK_OF_REQUEST)
          requests.handleFragAck(session, bytes, body, counter, nowMs);
      }
      case FrameType.WORKING -> requests.handleWorking(session, bytes, body, nowMs);
      case FrameType.PING -> {
        int at = reserve(session, PongFrameLayout.BYTES);
        Frames.writePong(outgoing.bytes(), at, readU32(bytes, body + PingFrameLayout.TOKEN_AT));
      }
      case FrameType.PATH_CHALLENGE -> {
        int at = reserve(session, PathResponseFrameLayout.BYTES);
        Frames.writePathResponse(outgoing.bytes(), at, readU64(bytes, body));
      }
      case FrameType.CLOSE -> handleClose(readU16(bytes, body + CloseFrameLayout.CODE_AT), nowMs);
      default -> {} // PONG and PATH_RESPONSE: being heard is all there is to them
    }
  }

  private void handleClose(int code, double nowMs) {
    if (code == CloseCode.KEY_REVOKED && sealed != null) fail(Fatal.KEY_REVOKED);
    else loseSession("the server closed the session (code " + code + ")", nowMs);
  }

  private void handleWelcome(byte[] bytes, int at, double nowMs) {
    ClientHandshake.Welcome welcome;
    try {
      welcome = handshake.handleWelcome(bytes, at);
    } catch (ClientSealedHandshake.Dropped dropped) {
      drop(dropped.reason);
      return;
    }
    ServerParams params = welcome.params();
    if (!params.isSound(maxDatagramWanted)) {
      welcome.sealing().wipe();
      drop(DropReason.BAD_PARAMS);
      return;
    }
    RttEstimator rtt = new RttEstimator();
    double roundTripMs = handshake.roundTripMs(nowMs);
    if (roundTripMs >= 0) rtt.sample(roundTripMs);
    boolean wasRekeying = isRekeying;
    handshake.stop();
    isRekeying = false;
    sessionCount++;
    lastHeardMs = nowMs;
    ClientSession session = new ClientSession(params, welcome.sealing(), outgoing, rtt, nowMs);
    retire();
    this.session = session;
    identity.noteSession(params);
    timers.set(REKEY_TIMER, nowMs + limits.rekeyMs());
    requests.attach(session, params.dedup() == Dedup.FRESH, Math.min(windowMax, params.window()));
    if (!wasRekeying) listener.onReady();
  }

  private void handleVersions(byte[] bytes, int at, double nowMs) {
    if (!Admission.isVersionsClean(bytes, at)) drop(DropReason.RESERVED_BITS);
    else if (!handshake.isVersionsAnswer(bytes, at)) drop(DropReason.UNEXPECTED_HANDSHAKE);
    else if (isRekeying) postponeRekey(nowMs);
    else fail(Fatal.ofVersions(bytes, at));
  }

  private void handleReject(byte[] bytes, int at, double nowMs) {
    if (!handshake.isRefusal(bytes, at)) {
      drop(DropReason.UNEXPECTED_HANDSHAKE);
      return;
    }
    // Nothing authenticates a REJECT: while a session works, none may end it.
    if (isRekeying) {
      postponeRekey(nowMs);
      return;
    }
    int reason = readU8(bytes, at + RejectLayout.REASON_AT);
    int percent = Fatal.loadingPercentOf(reason);
    if (percent >= 0) {
      // It lives, and what it knows of this client may still come: nothing is given up meanwhile.
      lastHeardMs = nowMs;
      listener.onLoading(percent);
    }
    Fatal fatal = Fatal.ofReject(reason, sessionCount == 0);
    if (fatal != null) fail(fatal);
    else {
      double delayMs = readU32(bytes, at + RejectLayout.RETRY_AFTER_MS_AT);
      handshake.start(nowMs, Math.min(REJECTED_MS_MAX, delayMs));
    }
  }

  /** A hint: believed only about what was really sent lately, and then it merely begins a handshake. */
  private void handleNoSession(byte[] bytes, int at, double nowMs) {
    ClientSession session = this.session;
    boolean isAboutUs =
        session != null
            && readU32(bytes, at + NoSessionLayout.SID_AT) == session.sid
            && session.wasSentLately(readU48(bytes, at + NoSessionLayout.COUNTER_AT), nowMs);
    if (!isAboutUs) drop(DropReason.BAD_HINT);
    else if (!handshake.isRunning() || isRekeying)
      reconnect("the server does not know the session any more", 0, nowMs);
  }

  private void onTimer(int id, double nowMs) {
    ClientSession session = this.session;
    switch (id) {
      case TRANSFER_TIMER -> {
        if (session == null) return;
        session.incoming.tick(nowMs);
        session.outgoing.tick(nowMs);
      }
      case FLOOR_TIMER -> {
        if (session != null && requests.shouldTellFloor()) ping(session);
      }
      case REKEY_TIMER -> rekey(nowMs);
      default -> {} // HANDSHAKE_TIMER and PACE_TIMER: afterwards() serves both
    }
  }

  /** A new session for the same client, beside the old one until its WELCOME comes. */
  private void rekey(double nowMs) {
    if (session == null || handshake.isRunning() || nowMs < noRekeyBeforeMs) return;
    isRekeying = true;
    handshake.start(nowMs, 0);
  }

  /** The server does not want a new session now, or somebody says so in its name: the one that works goes on. */
  private void postponeRekey(double nowMs) {
    isRekeying = false;
    handshake.stop();
    noRekeyBeforeMs = nowMs + REKEY_RETRY_MS;
    timers.set(REKEY_TIMER, noRekeyBeforeMs);
  }

  /** Nothing heard although something is outstanding: the server may be gone, or only its memory of us. */
  private void checkSilence(double nowMs) {
    if (outstanding() == 0) return;
    double quietMs = nowMs - Math.max(lastHeardMs, busySinceMs);
    if (quietMs >= limits.noContactMs()) requests.giveUpSentWrites();
    if (session == null || (handshake.isRunning() && !isRekeying)) return;
    if (quietMs >= SILENCE_MS) reconnect("no answer from the server", 0, nowMs);
  }

  /** The session is over for good. */
  private void loseSession(String reason, double nowMs) {
    retire();
    requests.detach();
    timers.clear(REKEY_TIMER);
    if (outstanding() > 0) handshake.start(nowMs, RECONNECT_DELAY_MS);
    else handshake.stop();
    isRekeying = false;
    listener.onDisconnected(reason);
  }

  /** Asks for a new session beside the old one, which goes on if it turns out to live. */
  private void reconnect(String reason, double delayMs, double nowMs) {
    isRekeying = false;
    handshake.start(nowMs, delayMs);
    listener.onDisconnected(reason);
  }

  /** Request ids must not wrap: the last one answered, this becomes a new client. */
  private void renewIfExhausted(double nowMs) {
    if (requests.window.nextRid <= limits.requestIdMax() || outstanding() > 0 || isClosed) return;
    if (session != null) sendClose(session, CloseCode.NORMAL);
    retire();
    requests.detach();
    requests.restart();
    identity.renew();
    isRekeying = false;
    handshake.start(nowMs, 0);
  }

  /** What follows every call: requests leave, timers are set, the batch is flushed. */
  private void afterwards(double nowMs) {
    if (!isClosed) {
      renewIfExhausted(nowMs);
      if (session != null && session.sendCounter >= limits.datagramsPerSessionMax()) rekey(nowMs);
      tickHandshake(nowMs);
    }
    if (!isClosed) {
      ClientSession session = this.session;
      requests.isSuspect = handshake.isRunning() && !isRekeying;
      if (requests.hasQueued() || (session != null && !session.outgoing.isEmpty())) requests.send(nowMs);
      // Says at once that the WELCOME came, where no request does: the server drops sessions it never hears of.
      if (session != null && session.sendCounter == 0) ping(session);
      if (session == null) timers.clear(TRANSFER_TIMER);
      else timers.set(TRANSFER_TIMER, Math.min(session.incoming.deadlineMs(), session.outgoing.deadlineMs()));
      if (session == null || !requests.shouldTellFloor()) timers.clear(FLOOR_TIMER);
      else if (!timers.isSet(FLOOR_TIMER)) timers.set(FLOOR_TIMER, nowMs + FLOOR_PING_MS);
    }
    outgoing.flush();
  }

  private void tickHandshake(double nowMs) {
    // A client that lost its session while idle comes back when it has something to say.
    if (!handshake.isRunning() && session == null && isStarted && outstanding() > 0)
      handshake.start(nowMs, 0);
    handshake.tick(nowMs, outstanding() == 0);
    if (handshake.isFruitless() && sessionCount == 0) {
      fail(Fatal.PATH_TOO_NARROW);
      return;
    }
    timers.set(HANDSHAKE_TIMER, handshake.nextAtMs());
  }

  private void fail(Fatal fatal) {
    shut();
    listener.onFatal(fatal);
  }

  private void shut() {
    isClosed = true;
    retire();
    requests.detach();
    handshake.stop();
    if (sealed != null) sealed.wipe();
    for (int id = 0; id < TIMERS; id++) timers.clear(id);
  }

  /** The session is over; its keys are wiped once what was written for it has left. */
  private void retire() {
    if (session != null) outgoing.retire(session);
    session = null;
  }

  private void ping(ClientSession session) {
    int at = reserve(session, PingFrameLayout.BYTES);
    Frames.writePing(outgoing.bytes(), at, requests.window.floor, pingToken++);
    requests.onFloorTold();
  }

  private void sendClose(ClientSession session, int code) {
    Frames.writeClose(outgoing.bytes(), reserve(session, CloseFrameLayout.BYTES), code);
  }

  private int reserve(ClientSession session, int bodyBytes) {
    return outgoing.reserve(session, FrameHeaderLayout.BYTES + bodyBytes);
  }

  private ClientParams clientParams() {
    return identity.params(requests.window.floor, maxDatagramWanted, windowMax);
  }

  private void drop(DropReason reason) {
    dropped[reason.ordinal()]++;
  }
}
