package io.anoadb.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.anoadb.AnoaClient;
import io.anoadb.Versioned;
import io.anoadb.generated.SetOptions;
import io.anoadb.testkit.AnoaServer;
import io.anoadb.testkit.Checkout;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A TypeScript and a Java client of one server share keys of every type, and both see the same values. */
class AcrossLanguagesTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static AnoaServer server;
  private static AnoaClient db;
  private static Process peer;
  private static Writer orders;
  private static BufferedReader answers;

  @BeforeAll
  static void start() throws IOException {
    server = AnoaServer.start();
    db = AnoaClient.connect(server.url());
    ProcessBuilder builder =
        new ProcessBuilder(
            "node",
            "--import",
            "tsx",
            "--conditions=@anoadb/source",
            "sdk-ts/test/conformance/peer.ts",
            server.url());
    builder.directory(Checkout.ROOT.toFile()).redirectError(Redirect.INHERIT);
    peer = builder.start();
    orders = peer.outputWriter(StandardCharsets.UTF_8);
    answers = peer.inputReader(StandardCharsets.UTF_8);
    assertThat(answers.readLine()).contains("ready");
  }

  @AfterAll
  static void stop() throws IOException, InterruptedException {
    if (orders != null) orders.close();
    if (peer != null && !peer.waitFor(5, TimeUnit.SECONDS)) peer.destroyForcibly();
    if (db != null) db.close();
    if (server != null) server.close();
  }

  @Test
  void whatJavaStoresTypeScriptReadsAsTheSame() throws IOException {
    int number = 0;
    for (JsonNode value : allValues()) {
      String key = "java:" + number++;
      db.set(key, SpecValues.of(value));
      // Untyped text is what it reads as; what that is the suite itself says.
      if (!value.has("text") && !value.has("textBytes")) tell(order("check", key).set("value", value));
      assertThat(tell(order("type", key)).textValue()).isEqualTo(db.type(key));
    }
  }

  @Test
  void whatTypeScriptStoresJavaReadsAsTheSame() throws IOException {
    int number = 0;
    for (JsonNode value : allValues()) {
      String key = "ts:" + number++;
      tell(order("set", key).set("value", value));
      if (!value.has("text") && !value.has("textBytes")) SpecValues.assertValue(db.get(key), value);
      assertThat(db.type(key)).isEqualTo(tell(order("type", key)).textValue());
    }
  }

  @Test
  void countersOfBothAreOne() throws IOException {
    db.set("shared:count", 9_007_199_254_740_990L);
    for (int i = 1; i <= 5; i++) {
      assertThat(tell(order("incr", "shared:count")).textValue()).isEqualTo("" + (9_007_199_254_740_989L + 2 * i));
      assertThat(db.incr("shared:count")).isEqualTo(9_007_199_254_740_990L + 2 * i);
    }
  }

  @Test
  void aVersionThatOneReadIsAConditionOfTheOther() throws IOException {
    db.set("shared:cas", "first");
    long seenByPeer = tell(order("version", "shared:cas")).longValue();
    Versioned seen = db.getWithVersion("shared:cas");
    assertThat(seen.version()).isEqualTo(seenByPeer);
    ObjectNode write = order("setIfVersion", "shared:cas").put("version", seenByPeer);
    write.set("value", JSON.createObjectNode().put("string", "second"));
    assertThat(tell(write).booleanValue()).isTrue();
    assertThat(db.set("shared:cas", "third", SetOptions.create().ifVersion(seen.version())).isApplied()).isFalse();
    assertThat(db.get("shared:cas", String.class)).isEqualTo("second");
  }

  @Test
  void bothAddToOneText() throws IOException {
    db.append("shared:text", "Grüße ");
    JsonNode tail = JSON.createObjectNode().put("string", "\uD83C\uDF0D");
    assertThat(tell(order("append", "shared:text").set("value", tail)).intValue()).isEqualTo(12);
    assertThat(db.get("shared:text", String.class)).isEqualTo("Grüße \uD83C\uDF0D");
  }

  /** Every value that the suite stores, once. */
  private static Set<JsonNode> allValues() {
    Set<JsonNode> values = new LinkedHashSet<>();
    for (Behaviour behaviour : Behaviour.all()) {
      for (JsonNode step : behaviour.steps()) {
        boolean isStored = step.path("gives").path("status").asText().equals("OK");
        if (step.path("do").asText().equals("SET") && isStored) values.add(step.get("value"));
      }
    }
    assertThat(values).hasSizeGreaterThan(50);
    return values;
  }

  private static ObjectNode order(String what, String key) {
    return JSON.createObjectNode().put("do", what).put("key", key);
  }

  private static JsonNode tell(JsonNode order) throws IOException {
    orders.write(JSON.writeValueAsString(order) + "\n");
    orders.flush();
    JsonNode answer = JSON.readTree(answers.readLine());
    assertThat(answer.path("failed").asText()).as("%s", order).isEmpty();
    return answer.path("ok");
  }
}
