package io.anoadb;

import io.anoadb.internal.net.Call;
import io.anoadb.internal.net.ConnectionListener;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What the connection tells, to the log and to the listener. Runs on the client's own thread. */
final class ClientEvents implements ConnectionListener {
  private static final Logger LOG = System.getLogger("io.anoadb");

  private final String peer;
  private final @Nullable MetricsListener metrics;
  private volatile boolean isConnected;

  ClientEvents(String peer, @Nullable MetricsListener metrics) {
    this.peer = peer;
    this.metrics = metrics;
  }

  boolean isConnected() {
    return isConnected;
  }

  @Override
  public void onConnected() {
    isConnected = true;
    LOG.log(Level.DEBUG, "connected to {0}", peer);
    tell(listener -> listener.onConnected(peer));
  }

  @Override
  public void onDisconnected(String reason) {
    isConnected = false;
    LOG.log(Level.WARNING, "{0} is out of reach ({1}); connecting again", peer, reason);
    tell(listener -> listener.onDisconnected(peer, reason));
  }

  @Override
  public void onReconnected(long downMs) {
    isConnected = true;
    LOG.log(Level.INFO, "connected to {0} again after {1} ms", peer, downMs);
    tell(listener -> listener.onConnected(peer));
  }

  @Override
  public void onCallEnded(Call<?> call, long elapsedNanos, @Nullable Throwable failure) {
    AnoaException known = failure instanceof AnoaException exception ? exception : null;
    tell(listener -> listener.onCall(call.kind().name(), Duration.ofNanos(elapsedNanos), known));
  }

  @Override
  public boolean wantsCalls() {
    return metrics != null;
  }

  private void tell(java.util.function.Consumer<MetricsListener> event) {
    if (metrics == null) return;
    try {
      event.accept(metrics);
    } catch (RuntimeException theirs) {
      LOG.log(Level.WARNING, "a metrics listener failed", theirs);
    }
  }
}
