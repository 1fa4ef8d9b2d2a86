package io.anoadb.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.anoadb.testkit.Checkout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * One entry of protocol-spec/conformance: what every SDK must show.
 *
 * @param steps to be done as written; missing where it is a scene
 * @param isScene whether the list says in words what to do
 */
record Behaviour(String group, String id, String says, JsonNode steps, boolean isScene) {
  private static final Path FOLDER = Checkout.ROOT.resolve("protocol-spec/conformance");

  /** All of the list, in the order of its files. */
  static List<Behaviour> all() {
    ObjectMapper mapper = new ObjectMapper();
    List<Behaviour> behaviours = new ArrayList<>();
    try (Stream<Path> files = Files.list(FOLDER)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".json")).sorted().toList()) {
        JsonNode group = mapper.readTree(file.toFile());
        for (JsonNode each : group.get("behaviours")) {
          behaviours.add(
              new Behaviour(
                  group.get("group").asText(),
                  each.get("id").asText(),
                  each.get("says").asText(),
                  each.path("steps"),
                  each.has("scene")));
        }
      }
    } catch (IOException missing) {
      throw new UncheckedIOException(missing);
    }
    return behaviours;
  }

  /** The name of its test. */
  String title() {
    return says + " [" + id + "]";
  }
}
