package io.anoadb.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * The real server as a process of its own, on a port and in a folder of its own; ready when it answers a HELLO. Ends with
 * {@link #close}, or with the JVM.
 */
public final class AnoaServer implements AutoCloseable {
  private static final String CLI = "packages/cli/bin/anoa.mjs";
  private static final Duration READY_WITHIN = Duration.ofSeconds(20);
  private static final int OUTPUT_CHARACTERS_MAX = 100_000;

  private final Path folder;
  private final int port;
  private final Map<String, String> settings = new HashMap<>();
  private final StringBuffer output = new StringBuffer();
  private final Thread killAtExit = new Thread(this::kill);
  private volatile Process process;

  private AnoaServer(Map<String, String> settings) throws IOException {
    folder = Files.createTempDirectory("anoadb-java-test-");
    port = freePort();
    this.settings.putAll(settings);
    Runtime.getRuntime().addShutdownHook(killAtExit);
  }

  /** An open server. */
  public static AnoaServer start() {
    return start(Map.of());
  }

  /** An open server with more settings, as {@code ANOA_MAX_MEMORY}. */
  public static AnoaServer start(Map<String, String> settings) {
    AnoaServer server = prepare(settings);
    server.startAgain();
    return server;
  }

  /** Not started yet: to make access keys before, with which it will start sealed. */
  public static AnoaServer prepare(Map<String, String> settings) {
    Checkout.assumeServer();
    try {
      return new AnoaServer(settings);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  public int port() {
    return port;
  }

  /** Without a key. */
  public String url() {
    return "anoa://127.0.0.1:" + port;
  }

  /** What it printed so far. */
  public String output() {
    return output.toString();
  }

  /** Starts it on the same port and files, and waits until it answers. */
  public void startAgain() {
    try {
      ProcessBuilder builder = anoa("serve");
      Process started = builder.redirectErrorStream(true).start();
      process = started;
      Thread reader = new Thread(() -> keepOutput(started), "output of the server");
      reader.setDaemon(true);
      reader.start();
      awaitAnswer(started);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Asks it to end and waits for that. */
  public void stop() {
    signal("TERM");
    awaitEnd();
  }

  /** Ends it as a crash does. */
  public void kill() {
    Process running = process;
    if (running == null) return;
    running.destroyForcibly();
    awaitEnd();
  }

  /** Its process stands still, its socket takes datagrams. */
  public void pause() {
    signal("STOP");
  }

  /** Undoes {@link #pause}. */
  public void resume() {
    signal("CONT");
  }

  /**
   * {@code anoa ARGUMENTS} on the server's data; what it prints.
   *
   * @throws IllegalStateException where it exits with anything but 0
   */
  public String run(String... arguments) {
    try {
      Process run = anoa(arguments).redirectErrorStream(true).start();
      String printed = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!run.waitFor(30, TimeUnit.SECONDS) || run.exitValue() != 0) {
        throw new IllegalStateException("anoa " + String.join(" ", arguments) + " failed: " + printed);
      }
      return printed;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }

  /** Makes an access key: {@code anoa key create ARGUMENTS}; the key itself, {@code anoa1_…}. */
  public String createKey(String... arguments) {
    String[] command = new String[arguments.length + 2];
    command[0] = "key";
    command[1] = "create";
    System.arraycopy(arguments, 0, command, 2, arguments.length);
    String printed = run(command);
    int start = printed.indexOf("anoa1_");
    if (start < 0) throw new IllegalStateException("no key in what anoa key create printed");
    return printed.substring(start, start + "anoa1_".length() + 43);
  }

  /** {@code anoa://KEY@host:port}. */
  public String urlWith(String key) {
    return "anoa://" + key + "@127.0.0.1:" + port;
  }

  @Override
  public void close() {
    kill();
    try {
      Runtime.getRuntime().removeShutdownHook(killAtExit);
    } catch (IllegalStateException shuttingDown) {
      return;
    }
    Checkout.deleteTree(folder);
  }

  private ProcessBuilder anoa(String... arguments) {
    ProcessBuilder builder = Checkout.node(CLI, arguments);
    builder.directory(folder.toFile());
    Map<String, String> environment = builder.environment();
    environment.put("ANOA_HOST", "127.0.0.1");
    environment.put("ANOA_PORT", Integer.toString(port));
    environment.put("ANOA_DATA_DIR", folder.resolve("data").toString());
    environment.put("ANOA_KEY_FILE", folder.resolve("store.key").toString());
    environment.putAll(settings);
    return builder;
  }

  private void keepOutput(Process started) {
    try (InputStream stream = started.getInputStream()) {
      byte[] bytes = new byte[4096];
      for (int count = stream.read(bytes); count >= 0; count = stream.read(bytes)) {
        output.append(new String(bytes, 0, count, StandardCharsets.UTF_8));
        if (output.length() > OUTPUT_CHARACTERS_MAX) output.delete(0, OUTPUT_CHARACTERS_MAX / 2);
      }
    } catch (IOException ended) {
      // The process was killed.
    }
  }

  private void signal(String name) {
    try {
      new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void awaitEnd() {
    try {
      if (!process.waitFor(20, TimeUnit.SECONDS)) process.destroyForcibly().waitFor();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** A HELLO of either mode until one is answered by its CHALLENGE. */
  private void awaitAnswer(Process started) throws IOException {
    long endNanos = System.nanoTime() + READY_WITHIN.toNanos();
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.connect(InetAddress.getLoopbackAddress(), port);
      socket.setSoTimeout(60);
      byte[][] hellos = {hello(0x21), hello(0x01)};
      while (System.nanoTime() < endNanos) {
        if (!started.isAlive()) throw new IllegalStateException("the server ended: " + output);
        try {
          for (byte[] hello : hellos) socket.send(new DatagramPacket(hello, hello.length));
          DatagramPacket answer = new DatagramPacket(new byte[256], 256);
          socket.receive(answer);
          byte[] bytes = answer.getData();
          for (byte[] hello : hellos) {
            boolean isMine = Arrays.equals(bytes, 4, 12, hello, 4, 12);
            if (isMine && answer.getLength() == 32 && bytes[1] == hello[1] + 1) return;
          }
        } catch (SocketTimeoutException | java.net.PortUnreachableException notYet) {
          pauseMs(30);
        }
      }
    }
    throw new IllegalStateException("the server did not answer in time: " + output);
  }

  private static byte[] hello(int type) {
    byte[] hello = new byte[128];
    byte[] nonce = new byte[8];
    ThreadLocalRandom.current().nextBytes(nonce);
    hello[0] = (byte) 0xa1;
    hello[1] = (byte) type;
    hello[2] = 1;
    hello[3] = 1;
    System.arraycopy(nonce, 0, hello, 4, 8);
    return hello;
  }

  private static void pauseMs(long ms) {
    try {
      Thread.sleep(ms);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** A port that nobody had a moment ago, neither of UDP nor of TCP. */
  private static int freePort() throws IOException {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    while (true) {
      try (DatagramSocket socket = new DatagramSocket(0, loopback);
          ServerSocket tcp = new ServerSocket(socket.getLocalPort(), 1, loopback)) {
        return tcp.getLocalPort();
      } catch (BindException taken) {
        // Of TCP by another program: the next number.
      }
    }
  }
}
