package io.anoadb.internal.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.anoadb.generated.wire.DataHeaderLayout;
import io.anoadb.generated.wire.FrameHeaderLayout;
import io.anoadb.generated.wire.ReqFragFrameLayout;
import io.anoadb.vectors.VectorFile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.bouncycastle.crypto.params.KeyParameter;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The session that every implementation makes, byte for byte, and what a client must refuse. */
class SealedVectorsTest {
  private static final JsonNode FILE = VectorFile.read("sealed.json");
  private static final JsonNode HANDSHAKE = FILE.get("handshake");
  private static final JsonNode INPUTS = FILE.get("inputs");
  private static final byte[] INCR = VectorFile.hex(FILE.at("/dedup/steps/0/ops"));

  private static ScriptedClient client() {
    return new ScriptedClient(
        Map.of(
            16, VectorFile.hex(INPUTS.get("clientId")),
            8, VectorFile.hex(INPUTS.get("cnonce")),
            32, VectorFile.hex(INPUTS.get("clientEphemeralSecret"))),
        VectorFile.hex(INPUTS.get("psk")),
        false,
        ClientLimits.DEFAULT);
  }

  private static byte[] message(String name) {
    return VectorFile.hex(HANDSHAKE.get(name));
  }

  private static String only(List<byte[]> sent) {
    assertThat(sent).hasSize(1);
    return VectorFile.hex(sent.get(0));
  }

  private static SealedSealing sealing(String send, String receive) {
    return new SealedSealing(new SealCrypto(), keysOf(send), keysOf(receive));
  }

  private static KeySchedule.DirectionKey keysOf(String direction) {
    JsonNode keys = FILE.get("session").get(direction);
    return new KeySchedule.DirectionKey(
        new KeyParameter(VectorFile.hex(keys.get("key"))), VectorFile.hex(keys.get("iv")));
  }

  @Test
  @DisplayName("the client makes every message of the handshake and its first datagram, and takes the reply")
  void handshake() {
    ScriptedClient client = client();
    client.endpoint.submit(INCR, INCR.length, true, false, client.nowMs);
    assertThat(only(client.start())).isEqualTo(HANDSHAKE.get("hello").asText());
    assertThat(only(client.receive(message("challenge")))).isEqualTo(HANDSHAKE.get("auth").asText());
    assertThat(only(client.receive(message("welcome")))).isEqualTo(HANDSHAKE.get("dataToServer").asText());
    client.receive(message("dataToClient"));
    assertThat(client.said).containsExactly("ready", "reply 1 0");
  }

  @Test
  @DisplayName("an AUTH that is sent again is the same bytes; a new one has another key")
  void retransmittedAuth() {
    ScriptedClient client = client();
    client.start();
    client.receive(message("challenge"));
    List<byte[]> again = client.pass(700);
    assertThat(again).isNotEmpty();
    for (byte[] auth : again) assertThat(VectorFile.hex(auth)).isEqualTo(HANDSHAKE.get("auth").asText());
  }

  @Test
  @DisplayName("REJECT and VERSIONS are understood, each by its reason")
  void refusals() {
    FILE.at("/refusals/reject")
        .properties()
        .forEach(
            reject -> {
              ScriptedClient client = client();
              client.start();
              client.receive(message("challenge"));
              client.receive(VectorFile.hex(reject.getValue()));
              List<String> said =
                  switch (reject.getKey()) {
                    case "STALE_COOKIE", "RATE_LIMITED" -> List.of();
                    case "LOADING" -> List.of("loading 0");
                    default -> List.of("fatal " + reject.getKey());
                  };
              assertThat(client.said).as(reject.getKey()).isEqualTo(said);
            });
    ScriptedClient other = client();
    other.start();
    other.receive(VectorFile.hex(FILE.at("/refusals/versions")));
    assertThat(other.said).containsExactly("fatal VERSION");
  }

  @Test
  @DisplayName("every frame seals to its datagram and opens to its frames, in both directions")
  void datagrams() {
    for (JsonNode datagram : VectorFile.list("sealed.json", "datagrams")) {
      boolean isToServer = datagram.get("direction").asText().equals("toServer");
      String there = isToServer ? "toServer" : "toClient";
      String back = isToServer ? "toClient" : "toServer";
      byte[] frames = VectorFile.hex(datagram.get("frames"));
      byte[] expected = VectorFile.hex(datagram.get("bytes"));
      byte[] bytes = Arrays.copyOf(expected, DataHeaderLayout.BYTES + 16 + frames.length);
      System.arraycopy(frames, 0, bytes, 28, frames.length);
      SealedSealing sender = sealing(there, back);
      assertThat(sender.seal(bytes, 0, frames.length)).isEqualTo(bytes.length);
      assertThat(bytes).as(datagram.get("name").asText()).isEqualTo(expected);
      assertThat(sealing(back, there).open(bytes, 0, bytes.length)).isEqualTo(28);
      assertThat(Arrays.copyOfRange(bytes, 28, bytes.length)).isEqualTo(frames);
      assertThatThrownBy(() -> sender.seal(bytes, 0, frames.length)).hasMessageContaining("twice");
    }
  }

  @Test
  @DisplayName("the three fragments are cut as the client cuts a request")
  void fragments() {
    JsonNode fragments = FILE.get("fragments");
    byte[] ops = VectorFile.hex(fragments.get("ops"));
    int size = 1200 - 48;
    for (JsonNode datagram : fragments.get("datagrams")) {
      byte[] bytes = VectorFile.hex(datagram.get("bytes"));
      assertThat(sealing("toClient", "toServer").open(bytes, 0, bytes.length)).isEqualTo(28);
      int index = datagram.get("fragment").asInt();
      int dataBytes = Math.min(size, ops.length - index * size);
      byte[] frame = new byte[FrameHeaderLayout.BYTES + ReqFragFrameLayout.BYTES + dataBytes];
      long rid = LittleEndian.readU32(bytes, 28 + FrameHeaderLayout.BYTES);
      int dataAt = Frames.writeFragmentHead(frame, 0, rid, 0, 0, ops.length, index, dataBytes);
      System.arraycopy(ops, index * size, frame, dataAt, dataBytes);
      assertThat(Arrays.copyOfRange(bytes, 28, bytes.length)).isEqualTo(frame);
    }
  }

  @Test
  @DisplayName("the replay window gives the verdicts of the trace")
  void replayWindow() {
    ReplayWindow window = new ReplayWindow();
    for (JsonNode step : FILE.at("/replayWindow/trace")) {
      ReplayWindow.Verdict verdict = window.check(step.get(0).asLong());
      String expected = step.get(1).asText().toUpperCase(Locale.ROOT).replace('-', '_');
      assertThat(verdict).as("counter %s", step.get(0)).hasToString(expected);
      if (verdict == ReplayWindow.Verdict.FRESH) window.mark(step.get(0).asLong());
    }
  }

  static Stream<JsonNode> mustFail() {
    return VectorFile.list("sealed.json", "mustFail").stream().filter(line -> line.get("at").asText().equals("client"));
  }

  @ParameterizedTest
  @MethodSource("mustFail")
  @DisplayName("what must fail is dropped in silence and counted once each, and the genuine message is still good")
  void mustFail(JsonNode line) {
    boolean isData = line.get("name").asText().startsWith("DATA");
    ScriptedClient client = client();
    client.endpoint.submit(INCR, INCR.length, true, false, client.nowMs);
    client.start();
    client.receive(message("challenge"));
    if (isData) client.receive(message("welcome"));
    List<String> said = new ArrayList<>(client.said);
    long[] count = {0};
    forEachForgery(
        line,
        forged -> {
          count[0]++;
          assertThat(client.receive(forged)).isEmpty();
        });
    assertThat(client.endpoint.counters().dropped()).isEqualTo(count[0]);
    assertThat(client.said).isEqualTo(said);
    if (!isData) client.receive(message("welcome"));
    client.receive(message("dataToClient"));
    assertThat(client.said).containsExactly("ready", "reply 1 0");
  }

  private static void forEachForgery(JsonNode line, Consumer<byte[]> forgery) {
    byte[] whole = line.has("bytes") ? VectorFile.hex(line.get("bytes")) : message(line.get("of").asText());
    if (line.has("truncate")) {
      for (int length = 0; length < whole.length; length++) forgery.accept(Arrays.copyOf(whole, length));
    } else if (line.has("flipEach")) {
      for (int bit = line.at("/flipEach/0").asInt(); bit <= line.at("/flipEach/1").asInt(); bit++) {
        byte[] forged = whole.clone();
        forged[bit >> 3] ^= (byte) (1 << (bit & 7));
        forgery.accept(forged);
      }
    } else forgery.accept(whole);
  }
}
