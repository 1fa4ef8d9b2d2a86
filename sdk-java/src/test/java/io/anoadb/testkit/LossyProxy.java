package io.anoadb.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * A bad network in front of a server: by default 10 % loss, 5 % duplicates and 10 % reordering each way. It is the packet
 * simulator of the repository as a process, the same one that the TypeScript tests use.
 */
public final class LossyProxy implements AutoCloseable {
  private static final String MAIN = "packages/testkit/dist/lossy-proxy-main.js";

  private final Process process;
  private final Writer commands;
  private final BufferedReader answers;
  private final int port;
  private final long seed;

  private LossyProxy(Process process) throws IOException {
    this.process = process;
    commands = process.outputWriter(StandardCharsets.UTF_8);
    answers = process.inputReader(StandardCharsets.UTF_8);
    String ready = answers.readLine();
    if (ready == null || !ready.startsWith("ready ")) throw new IOException("the proxy did not start: " + ready);
    String[] words = ready.split(" ");
    port = Integer.parseInt(words[1]);
    seed = Long.parseLong(words[3]);
  }

  /**
   * In front of the server at {@code serverPort}.
   *
   * @param settings as {@code loss=0.3} or {@code seed=7}
   */
  public static LossyProxy start(int serverPort, String... settings) {
    Checkout.assumeServer();
    String[] arguments = new String[settings.length + 1];
    arguments[0] = Integer.toString(serverPort);
    System.arraycopy(settings, 0, arguments, 1, settings.length);
    try {
      return new LossyProxy(Checkout.node(MAIN, arguments).redirectError(Redirect.INHERIT).start());
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  public int port() {
    return port;
  }

  public String url() {
    return "anoa://127.0.0.1:" + port;
  }

  /** {@code anoa://KEY@host:port}. */
  public String urlWith(String key) {
    return "anoa://" + key + "@127.0.0.1:" + port;
  }

  /** Brings the same decisions back. */
  public long seed() {
    return seed;
  }

  /** Changes the weather from now on: {@code change("loss=1", "reorder=0")}. */
  public void change(String... settings) {
    ask(String.join(" ", settings));
  }

  /** What it did to datagrams so far, as JSON. */
  public String counters() {
    return ask("counters");
  }

  private synchronized String ask(String line) {
    try {
      commands.write(line + "\n");
      commands.flush();
      String answer = answers.readLine();
      if (answer == null) throw new IOException("the proxy ended");
      return answer;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  @Override
  public void close() {
    try {
      commands.close();
      if (!process.waitFor(5, TimeUnit.SECONDS)) process.destroyForcibly();
    } catch (IOException ended) {
      process.destroyForcibly();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
  }
}
