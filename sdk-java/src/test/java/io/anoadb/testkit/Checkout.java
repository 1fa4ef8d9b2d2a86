package io.anoadb.testkit;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;

/**
 * The repository around this module, whose server the tests talk to. Without Node or without its compiled server such
 * tests are skipped and say so; where ANOA_REQUIRE_SERVER is set, as {@code npm test} sets it, they fail.
 */
public final class Checkout {
  /** The root of the repository. */
  public static final Path ROOT =
      Path.of(System.getProperty("anoadb.root", "..")).toAbsolutePath().normalize();

  private static final String NODE = "node";
  private static final String WHY_NOT = reasonAgainstServer();

  private Checkout() {}

  /** Skips the test, or all of the class, where no server can be started. */
  public static void assumeServer() {
    if (WHY_NOT.isEmpty()) return;
    if (System.getenv("ANOA_REQUIRE_SERVER") != null) Assertions.fail(WHY_NOT);
    System.out.println("skipped: " + WHY_NOT);
    assumeTrue(false, WHY_NOT);
  }

  /** A program of the repository, compiled, under Node. */
  static ProcessBuilder node(String script, String... arguments) {
    String[] command = new String[arguments.length + 2];
    command[0] = NODE;
    command[1] = ROOT.resolve(script).toString();
    System.arraycopy(arguments, 0, command, 2, arguments.length);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(name -> name.startsWith("ANOA_") || name.equals("NODE_OPTIONS"));
    return builder;
  }

  private static String reasonAgainstServer() {
    for (String needed : new String[] {"packages/cli/dist/main.js", "packages/testkit/dist/lossy-proxy-main.js"}) {
      if (!Files.exists(ROOT.resolve(needed))) {
        return "the real server is not built (" + needed + " is missing): run npm test at the root of the repository";
      }
    }
    try {
      Process version = new ProcessBuilder(NODE, "--version").redirectErrorStream(true).start();
      version.getInputStream().readAllBytes();
      return version.waitFor(20, TimeUnit.SECONDS) && version.exitValue() == 0 ? "" : "node --version fails";
    } catch (IOException absent) {
      return "there is no Node on the PATH to run the real server";
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }

  static void deleteTree(Path folder) {
    try (var paths = Files.walk(folder)) {
      for (Path path : paths.sorted(java.util.Comparator.reverseOrder()).toList()) Files.deleteIfExists(path);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
