package io.anoadb.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.anoadb.testkit.AnoaServer;
import io.anoadb.testkit.Checkout;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Java examples, compiled against this client and run against the real server, each in a JVM of its own. */
class ExamplesTest {
  private static final Path EXAMPLES = Checkout.ROOT.resolve("examples");
  private static AnoaServer server;

  @TempDir Path classes;

  @BeforeAll
  static void start() {
    server = AnoaServer.start();
  }

  @AfterAll
  static void stop() {
    if (server != null) server.close();
  }

  @Test
  void theQuickstartDoesWhatTheReadmeSaysTwice() throws Exception {
    compile("java-quickstart");
    for (int run = 0; run < 2; run++) {
      Process quickstart = start("quickstart.Quickstart");
      String said = new String(quickstart.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(quickstart.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(said).contains("all as the README says");
      assertThat(quickstart.exitValue()).isZero();
    }
  }

  @Test
  void theHttpServiceCachesProductsAndCountsVisits() throws Exception {
    compile("java-http-service");
    Process service = start("shop.ShopService");
    try (BufferedReader output = service.inputReader(StandardCharsets.UTF_8)) {
      String line = output.readLine();
      assertThat(line).startsWith("listening on ");
      URI base = URI.create(line.substring("listening on ".length()));

      HttpResponse<String> first = send(base, "/products/7", "GET", "");
      assertThat(first.body()).isEqualTo("Brass telescope");
      assertThat(first.headers().firstValue("x-cache")).contains("miss");
      // Nobody waits for the copy to be kept, so it may take a moment.
      assertThat(cacheOf(base, "/products/7", "hit")).isEqualTo("hit");

      assertThat(send(base, "/products/7", "PUT", "Silver telescope").statusCode()).isEqualTo(204);
      assertThat(send(base, "/products/7", "GET", "").body()).isEqualTo("Silver telescope");
      assertThat(send(base, "/products/99", "GET", "").statusCode()).isEqualTo(404);

      assertThat(send(base, "/visits", "POST", "").body()).isEqualTo("1");
      assertThat(send(base, "/visits", "POST", "").body()).isEqualTo("2");
      assertThat(send(base, "/visits", "GET", "").body()).isEqualTo("2");
    } finally {
      service.destroy();
      service.waitFor(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void theirPomsAskForThisVersion() throws IOException {
    String pom = Files.readString(Checkout.ROOT.resolve("sdk-java/pom.xml"));
    String coordinates = pom.substring(pom.indexOf("<groupId>"), pom.indexOf("<packaging>")).replaceAll("\\s+", "");
    for (String example : List.of("java-quickstart", "java-http-service")) {
      String asked = Files.readString(EXAMPLES.resolve(example).resolve("pom.xml")).replaceAll("\\s+", "");
      assertThat(asked).contains(coordinates);
    }
  }

  private void compile(String example) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("-d", classes.toString(), "-cp", classPath(), "-Xlint:all"));
    try (Stream<Path> files = Files.walk(EXAMPLES.resolve(example).resolve("src"))) {
      files.map(Path::toString).filter(name -> name.endsWith(".java")).forEach(arguments::add);
    }
    int exit = ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new));
    assertThat(exit).isZero();
  }

  private Process start(String mainClass) throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String path = classes + System.getProperty("path.separator") + classPath();
    ProcessBuilder builder = new ProcessBuilder(java, "-cp", path, mainClass).redirectErrorStream(true);
    builder.environment().put("ANOA_URL", server.url());
    builder.environment().put("PORT", "0");
    return builder.start();
  }

  /** Surefire may hide the true one behind a jar of its own. */
  private static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }

  private static String cacheOf(URI base, String path, String wanted) throws IOException, InterruptedException {
    String said = "";
    for (int i = 0; i < 50 && !said.equals(wanted); i++) {
      if (i > 0) Thread.sleep(20);
      said = send(base, path, "GET", "").headers().firstValue("x-cache").orElse("");
    }
    return said;
  }

  private static HttpResponse<String> send(URI base, String path, String method, String body)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(base.resolve(path)).method(method, BodyPublishers.ofString(body)).build();
    return HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
  }
}
