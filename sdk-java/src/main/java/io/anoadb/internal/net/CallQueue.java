package io.anoadb.internal.net;

import io.anoadb.generated.wire.GetExpireFlag;
import io.anoadb.generated.wire.GetFlag;
import io.anoadb.generated.wire.Limits;
import io.anoadb.generated.wire.OpEncoder;
import io.anoadb.generated.wire.OpHeaderLayout;
import io.anoadb.generated.wire.Opcode;
import io.anoadb.generated.wire.ResultHeaderLayout;
import io.anoadb.generated.wire.Status;
import io.anoadb.internal.net.CallErrors.Unanswered;
import io.anoadb.internal.protocol.MalformedException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Every call between its caller and the transport: what waits, what is in flight, what is asked again. Calls that wait
 * together leave together, as few requests as they fit in; their answers are matched by position.
 *
 * <p>One thread at a time, with the connection's lock; it never reads a clock. Invariant: a call is settled exactly once.
 */
final class CallQueue {
  /** Answers that cut a read out again and again are a server's fault; without this bound the two would go on for ever. */
  private static final int REREADS_MAX = 4;

  private final RequestLink link;
  private final CallErrors errors;
  private final ArrayDeque<Call<?>> waiting = new ArrayDeque<>();
  /** Calls that must travel alone, before all others. */
  private final ArrayDeque<Call<?>> askAgain = new ArrayDeque<>();

  private final InFlightRequest[] requests = new InFlightRequest[Limits.WINDOW_MAX];
  private final CallDeadlines deadlines = new CallDeadlines();
  // The request in the making, kept.
  private final List<Call<?>> run = new ArrayList<>();
  private byte[] scratch = new byte[Limits.DATAGRAM_BYTES_MAX];
  /** A view of the bytes of the last reply; replies of one batch of datagrams share their array. */
  private ByteBuffer view = ByteBuffer.allocate(0);

  private Function<Call<?>, ? extends Throwable> closedBy;

  /** What the queue needs of a connection. */
  interface RequestLink {
    /** Why nothing can be sent now, or null where it can. */
    @Nullable Throwable obstacle();

    int requestBytesMax();

    long messageBytesMax();

    boolean canSubmit();

    long submit(byte[] ops, int byteCount, boolean mutates, boolean isAtomic);

    /** Sends what was submitted. */
    void flush();

    /** True where any of it was ever sent. */
    boolean cancel(long rid);

    /** The call is settled; its future is to be completed once the lock is free. */
    void settled(Call<?> call);
  }

  CallQueue(RequestLink link, CallErrors errors) {
    this.link = link;
    this.errors = errors;
    closedBy = errors::closed;
    for (int i = 0; i < requests.length; i++) requests[i] = new InFlightRequest();
  }

  /** When {@link #sweep} must be called next, at the latest. */
  double nextAtMs() {
    return deadlines.nextAtMs();
  }

  /** Takes a call in; it leaves with the next {@link #flush}. */
  void enter(Call<?> call, double nowMs) {
    call.deadlineAtMs =
        call.timeoutMs() == Call.TIMEOUT_NEVER ? Double.POSITIVE_INFINITY : nowMs + call.timeoutMs();
    deadlines.add(call);
    if (call.sizeBytes() > link.messageBytesMax()) fail(call, errors.refused(call, Status.MESSAGE_TOO_LARGE));
    else waiting.add(call);
  }

  /** Hands the transport as many requests as its window takes. */
  void flush() {
    boolean isAnySubmitted = false;
    while (link.canSubmit()) {
      Call<?> first = takeUnsettled(askAgain);
      boolean isAgain = first != null;
      if (first == null) first = takeUnsettled(waiting);
      if (first == null) break;
      if (isAgain || mustBeAlone(first) || peekUnsettled() == null) submitAlone(first);
      else submitRun(first);
      isAnySubmitted = true;
    }
    if (isAnySubmitted) link.flush();
  }

  /** Fails the calls whose deadline has passed. */
  void sweep(double nowMs) {
    if (deadlines.nextAtMs() <= nowMs) abandon(deadlines.sweep(nowMs), Unanswered.DEADLINE, link.obstacle());
  }

  /** The caller waits no longer. */
  void giveUp(Call<?> call) {
    if (!call.isSettled) abandon(List.of(call), Unanswered.CANCELLED, null);
  }

  /** The reply to request {@code rid}: {@code [start, end)} of {@code bytes} are its results, lent for this call. */
  void handleReply(long rid, int status, byte[] bytes, int start, int end) {
    InFlightRequest request = takeRequest(rid);
    if (request == null) return;
    if (status == Status.OK) {
      if (view.array() != bytes) view = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
      int at = start;
      for (int i = 0; i < request.count; i++) at = answer(request.callAt(i), at, end);
    } else refuse(request, status);
    request.clear();
  }

  /** Nobody can find out any more whether request {@code rid} was executed. Reads are asked again. */
  void handleOutcomeUnknown(long rid, @Nullable Throwable reason) {
    InFlightRequest request = takeRequest(rid);
    if (request == null) return;
    List<Call<?>> writes = new ArrayList<>();
    for (int i = 0; i < request.count; i++) {
      Call<?> call = request.callAt(i);
      if (call.isSettled) continue;
      if (call.kind.mutates() && !call.wasExecuted) writes.add(call);
      else askAgain.add(call);
    }
    request.clear();
    abandon(writes, Unanswered.SERVER_LOST, reason);
  }

  /** Every request in flight is lost with the endpoint that had it; what never left waits for the next one. */
  void handleEndpointLost(@Nullable Throwable reason) {
    for (InFlightRequest request : requests) {
      if (request.rid == 0) continue;
      if (link.cancel(request.rid)) {
        handleOutcomeUnknown(request.rid, reason);
        continue;
      }
      request.end();
      for (int i = 0; i < request.count; i++) {
        Call<?> call = request.callAt(i);
        call.wasSubmitted = false;
        if (!call.isSettled) askAgain.add(call);
      }
      request.clear();
    }
  }

  /** Fails every call: what was sent and mutates with its unknown outcome, all else with what {@code failure} makes. */
  void close(Function<Call<?>, ? extends Throwable> failure) {
    closedBy = failure;
    abandon(deadlines.all(), Unanswered.CLOSED, link.obstacle());
  }

  private static boolean mustBeAlone(Call<?> call) {
    return call.kind.isAlone();
  }

  private static @Nullable Call<?> takeUnsettled(ArrayDeque<Call<?>> calls) {
    Call<?> call = calls.poll();
    while (call != null && call.isSettled) call = calls.poll();
    return call;
  }

  private @Nullable Call<?> peekUnsettled() {
    Call<?> call = waiting.peek();
    while (call != null && call.isSettled) {
      waiting.poll();
      call = waiting.peek();
    }
    return call;
  }

  private void submitAlone(Call<?> call) {
    boolean mutates = call.kind.mutates() && !call.wasExecuted;
    long rid = link.submit(call.ops, call.ops.length, mutates, call.kind.isAtomic());
    requestOf(rid).add(call);
  }

  /** As many from the front as fit one datagram. The first one is taken in any case. */
  private void submitRun(Call<?> first) {
    int bytesMax = link.requestBytesMax();
    if (first.ops.length > bytesMax) {
      submitAlone(first);
      return;
    }
    if (scratch.length < bytesMax) scratch = new byte[bytesMax];
    run.clear();
    boolean mutates = false;
    int byteCount = 0;
    for (Call<?> call = first; ; ) {
      System.arraycopy(call.ops, 0, scratch, byteCount, call.ops.length);
      byteCount += call.ops.length;
      mutates |= call.kind.mutates();
      run.add(call);
      call = peekUnsettled();
      if (call == null || mustBeAlone(call) || run.size() == Limits.OPS_PER_REQUEST_MAX) break;
      if (byteCount + call.ops.length > bytesMax) break;
      waiting.poll();
    }
    InFlightRequest request = requestOf(link.submit(scratch, byteCount, mutates, false));
    for (int i = 0; i < run.size(); i++) request.add(run.get(i));
  }

  private InFlightRequest requestOf(long rid) {
    InFlightRequest request = requests[(int) rid & requests.length - 1];
    request.rid = rid;
    return request;
  }

  private @Nullable InFlightRequest takeRequest(long rid) {
    InFlightRequest request = requests[(int) rid & requests.length - 1];
    if (request.rid != rid) return null;
    request.end();
    return request;
  }

  /** Reads the next result, or results, at {@code at} and settles {@code call} with it; returns where they end. */
  private int answer(Call<?> call, int at, int end) {
    int after = at;
    for (int i = 0; i < call.opCount && after >= 0; i++) after = endOfResult(after, end);
    if (after < 0) {
      if (!call.isSettled) fail(call, errors.unreadable(call, null));
      return -1;
    }
    if (call.isSettled) return after;
    int status = view.get(at + ResultHeaderLayout.STATUS_AT) & 0xff;
    boolean isCut = status == Status.READ_NOT_REPLAYED || status == Status.REPLY_TOO_LARGE;
    if (isCut && !call.kind.isAtomic() && call.rereads < REREADS_MAX) {
      call.rereads++;
      if (status == Status.READ_NOT_REPLAYED && call.kind.mutates()) readAgain(call);
      askAgain.add(call);
    } else read(call, at, after);
    return after;
  }

  private <A extends @Nullable Object> void read(Call<A> call, int at, int end) {
    view.limit(end).position(at);
    A answer;
    try {
      answer = call.reader.read(view, call);
    } catch (MalformedException | IndexOutOfBoundsException | BufferUnderflowException malformed) {
      fail(call, errors.unreadable(call, malformed));
      return;
    } catch (RuntimeException refusal) {
      fail(call, refusal);
      return;
    } finally {
      view.clear();
    }
    call.answer = answer;
    leave(call);
  }

  /** Where the result at {@code at} ends; -1 where it does not within {@code end}. */
  private int endOfResult(int at, int end) {
    if (at + ResultHeaderLayout.BYTES > end) return -1;
    long after = at + ResultHeaderLayout.BYTES + (view.getInt(at + ResultHeaderLayout.LEN_AT) & 0xffff_ffffL);
    return after <= end ? (int) after : -1;
  }

  /** It was executed, and only the value it read is missing in the stored reply: a GET reads the same. */
  private static void readAgain(Call<?> call) {
    byte[] key = call.key();
    if (key == null || call.wasExecuted) return;
    boolean isRaw =
        call.ops[OpHeaderLayout.OPCODE_AT] == Opcode.GETEXPIRE
            && (call.ops[OpHeaderLayout.FLAGS_AT] & GetExpireFlag.RAW) != 0;
    call.wasExecuted = true;
    call.ops = OpEncoder.get(key, GetFlag.WITH_VERSION | (isRaw ? GetFlag.RAW : 0));
  }

  /** The whole request was refused with one status; those that ask for patience the transport has dealt with. */
  private void refuse(InFlightRequest request, int status) {
    // What shared a request that was too much for the server may well pass on its own.
    boolean isTooMuch = status == Status.MESSAGE_TOO_LARGE || status == Status.REPLY_TOO_LARGE;
    for (int i = 0; i < request.count; i++) {
      Call<?> call = request.callAt(i);
      if (call.isSettled) continue;
      if (isTooMuch && request.count > 1) askAgain.add(call);
      else fail(call, errors.refused(call, status));
    }
  }

  /** Gives {@code calls} up; what each fails with depends on whether it can have been executed. */
  private void abandon(List<Call<?>> calls, Unanswered why, @Nullable Throwable reason) {
    for (Call<?> call : calls) {
      call.isSettled = true;
      deadlines.remove(call);
      if (call.request != null) call.request.waiting--;
    }
    for (Call<?> call : calls) {
      InFlightRequest request = call.request;
      if (request != null && request.waiting == 0) {
        // One answer of the transport serves every call of the request.
        boolean wasSent = link.cancel(request.rid);
        request.end();
        for (int i = 0; i < request.count; i++) request.callAt(i).wasSubmitted = wasSent;
        request.clear();
      }
    }
    for (Call<?> call : calls) {
      call.request = null;
      call.failure = failureOf(call, why, reason);
      link.settled(call);
    }
  }

  private Throwable failureOf(Call<?> call, Unanswered why, @Nullable Throwable reason) {
    boolean wasSent = call.wasSubmitted;
    if (wasSent && call.kind.mutates() && !call.wasExecuted) return errors.outcomeUnknown(call, why, reason);
    return switch (why) {
      case CANCELLED -> errors.interrupted(call);
      case CLOSED -> closedBy.apply(call);
      case DEADLINE, SERVER_LOST -> {
        Boolean executed = call.wasExecuted ? Boolean.TRUE : wasSent ? null : Boolean.FALSE;
        yield errors.timedOut(call, executed, wasSent, reason);
      }
    };
  }

  private void fail(Call<?> call, Throwable failure) {
    call.failure = failure;
    leave(call);
  }

  private void leave(Call<?> call) {
    call.isSettled = true;
    deadlines.remove(call);
    link.settled(call);
  }
}
