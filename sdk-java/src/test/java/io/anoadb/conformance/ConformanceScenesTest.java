package io.anoadb.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.anoadb.AnoaClient;
import io.anoadb.conformance.Scenes.Cast;
import io.anoadb.conformance.Scenes.Scene;
import io.anoadb.testkit.Checkout;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The behaviours that are scenes, by this SDK; and that each of the list is implemented here, and no other. */
class ConformanceScenesTest {
  @Test
  void everySceneOfTheListIsImplementedAndNoOther() {
    Set<String> listed =
        Behaviour.all().stream().filter(Behaviour::isScene).map(Behaviour::id).collect(Collectors.toSet());
    Set<String> implemented = new HashSet<>(Scenes.ofAnyServer().keySet());
    implemented.addAll(Scenes.ofSealedServer().keySet());
    assertThat(implemented).isEqualTo(listed);
  }

  @TestFactory
  Stream<DynamicNode> openDirect() {
    return play(false, false);
  }

  @TestFactory
  Stream<DynamicNode> openLossy() {
    return play(false, true);
  }

  @TestFactory
  Stream<DynamicNode> sealedDirect() {
    return play(true, false);
  }

  @TestFactory
  Stream<DynamicNode> sealedLossy() {
    return play(true, true);
  }

  /** One after the other: some stop the server. */
  private static Stream<DynamicNode> play(boolean isSealed, boolean isLossy) {
    Checkout.assumeServer();
    Map<String, String> titles =
        Behaviour.all().stream().collect(Collectors.toMap(Behaviour::id, Behaviour::title));
    Map<String, Scene> scenes = new LinkedHashMap<>(Scenes.ofAnyServer());
    if (isSealed) scenes.putAll(Scenes.ofSealedServer());
    Stage stage = Stage.open(isSealed, isLossy);
    AnoaClient db = stage.connect();
    Stream<DynamicNode> tests =
        scenes.entrySet().stream()
            .map(
                scene ->
                    DynamicTest.dynamicTest(
                        titles.get(scene.getKey()), () -> play(stage, db, scene.getKey(), scene.getValue())));
    return tests.onClose(
        () -> {
          db.close();
          stage.close();
        });
  }

  private static void play(Stage stage, AnoaClient db, String id, Scene scene) throws Exception {
    try {
      scene.play(new Cast(stage, db, id + ":"));
    } catch (AssertionError failure) {
      throw new AssertionError(failure.getMessage() + " (" + stage.name() + ")", failure);
    }
  }
}
