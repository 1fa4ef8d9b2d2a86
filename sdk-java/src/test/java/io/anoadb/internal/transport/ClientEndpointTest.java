package io.anoadb.internal.transport;

import static io.anoadb.internal.transport.ScriptedServer.frames;
import static io.anoadb.internal.transport.ScriptedServer.is;
import static io.anoadb.internal.transport.ScriptedServer.last;
import static org.assertj.core.api.Assertions.assertThat;

import io.anoadb.generated.wire.CloseCode;
import io.anoadb.generated.wire.DatagramType;
import io.anoadb.generated.wire.Dedup;
import io.anoadb.generated.wire.FrameType;
import io.anoadb.generated.wire.RejectReason;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** How sessions come and go at a client, and whom it believes. */
class ClientEndpointTest {
  private static final byte[] GET = {1, 0, 1, 0, 0, 0, 0, 0, 'k'};
  private static final byte[] INCR = {8, 0, 1, 0, 0, 0, 0, 0, 'k'};

  private final ScriptedServer server = new ScriptedServer();

  private ScriptedClient connected() {
    return connected(ScriptedClient.open());
  }

  private ScriptedClient connected(ScriptedClient client) {
    server.accept(client, client.start());
    assertThat(client.said).containsExactly("ready");
    return client;
  }

  private static ScriptedClient limited(long requestIdMax, double rekeyMs) {
    ClientLimits limits = new ClientLimits(16_384, 1_052_672, requestIdMax, 240_000, rekeyMs, 1L << 32);
    return new ScriptedClient(Map.of(16, ScriptedClient.filled(16, 0xc1)), null, false, limits);
  }

  static Stream<Consumer<ScriptedServer>> unsoundGrants() {
    return Stream.of(
        server -> server.sid = 0,
        server -> server.window = 0,
        server -> server.maxMessage = 0,
        server -> server.maxDatagram = 1199,
        server -> server.maxDatagram = 1201);
  }

  @ParameterizedTest
  @MethodSource("unsoundGrants")
  @DisplayName("a WELCOME that grants nonsense is dropped, and a sound one is still good")
  void unsoundWelcome(Consumer<ScriptedServer> spoil) {
    ScriptedClient client = ScriptedClient.open();
    byte[] auth = last(client.receive(server.challenge(last(client.start(), DatagramType.HELLO))), DatagramType.AUTH);
    ScriptedServer liar = new ScriptedServer();
    spoil.accept(liar);
    client.receive(liar.welcome(auth));
    assertThat(client.said).isEmpty();
    assertThat(client.endpoint.counters().dropped(DropReason.BAD_PARAMS)).isEqualTo(1);
    client.receive(server.welcome(auth));
    assertThat(client.said).containsExactly("ready");
  }

  @Test
  @DisplayName("an open client drops every sealed type before anything else")
  void otherMode() {
    ScriptedClient client = ScriptedClient.open();
    byte[] challenge = server.challenge(last(client.start(), DatagramType.HELLO));
    challenge[1] = DatagramType.CHALLENGE;
    assertThat(client.receive(challenge)).isEmpty();
    assertThat(client.endpoint.counters().dropped(DropReason.WRONG_MODE)).isEqualTo(1);
  }

  @Test
  @DisplayName("NO_SESSION is believed only of what was sent within 30 s, and then begins a handshake beside the session")
  void hints() {
    ScriptedClient client = connected();
    client.request(GET, false);
    assertThat(client.receive(ScriptedServer.noSession(7, 0))).isEmpty();
    assertThat(client.receive(ScriptedServer.noSession(ScriptedServer.SID, 50))).isEmpty();
    assertThat(client.endpoint.counters().dropped(DropReason.BAD_HINT)).isEqualTo(2);
    List<byte[]> sent = client.receive(ScriptedServer.noSession(ScriptedServer.SID, 1));
    assertThat(is(sent.get(0), DatagramType.HELLO)).isTrue();
    assertThat(client.said).containsExactly("ready", "disconnected");
    client.receive(server.data(ScriptedServer.reply(1, 0, 0)));
    assertThat(client.said).containsExactly("ready", "disconnected", "ready", "reply 1 0");
  }

  @Test
  @DisplayName("a hint about a counter of half a minute ago is none")
  void oldHint() {
    ScriptedClient client = connected();
    client.pass(31_000);
    client.request(GET, false);
    assertThat(client.receive(ScriptedServer.noSession(ScriptedServer.SID, 0))).isEmpty();
    assertThat(client.endpoint.counters().dropped(DropReason.BAD_HINT)).isEqualTo(1);
  }

  /** One read and one write that left, and a new handshake after a hint; the AUTH of it. */
  private byte[] afterRestart(ScriptedClient client) {
    client.request(GET, false);
    client.request(INCR, true);
    List<byte[]> hello = client.receive(ScriptedServer.noSession(ScriptedServer.SID, 1));
    client.endpoint.submit(INCR, INCR.length, true, false, client.nowMs);
    client.endpoint.flush(client.nowMs);
    client.takeSent();
    return last(client.receive(server.challenge(last(hello, DatagramType.HELLO))), DatagramType.AUTH);
  }

  @Test
  @DisplayName("FRESH: writes that left are of unknown outcome; reads, and writes that never left, are sent")
  void fresh() {
    ScriptedClient client = connected();
    byte[] auth = afterRestart(client);
    server.sid = 99;
    List<byte[]> sent = client.receive(server.welcome(auth));
    assertThat(client.said).contains("unknown 2").doesNotContain("unknown 1", "unknown 3");
    assertThat(frames(sent, FrameType.REQ)).extracting(ScriptedServer.Frame::rid).containsExactly(1L, 3L);
  }

  @Test
  @DisplayName("RESUMED: all that is unanswered is sent again under the same request ids")
  void resumed() {
    ScriptedClient client = connected();
    byte[] auth = afterRestart(client);
    server.sid = 99;
    server.dedup = Dedup.RESUMED;
    List<byte[]> sent = client.receive(server.welcome(auth));
    assertThat(client.said).noneMatch(said -> said.startsWith("unknown"));
    assertThat(frames(sent, FrameType.REQ)).extracting(ScriptedServer.Frame::rid).containsExactly(1L, 2L, 3L);
    assertThat(frames(sent, FrameType.REQ)).extracting(ScriptedServer.Frame::attempt).containsExactly(1, 1, 0);
  }

  @Test
  @DisplayName("AUTH names the last session whose WELCOME came, and none before")
  void previousSession() {
    ScriptedClient client = ScriptedClient.open();
    byte[] first = last(client.receive(server.challenge(last(client.start(), DatagramType.HELLO))), DatagramType.AUTH);
    assertThat(ScriptedServer.previousSid(first)).isZero();
    assertThat(ScriptedServer.previousEpoch(first)).containsOnly(0);
    client.receive(server.welcome(first));
    byte[] second = afterRestart(client);
    assertThat(ScriptedServer.previousSid(second)).isEqualTo(ScriptedServer.SID);
    assertThat(ScriptedServer.previousEpoch(second)).isEqualTo(server.epoch);
  }

  @Test
  @DisplayName("a rekey goes on beside the session; REJECT and VERSIONS do not end what works")
  void rekey() {
    ScriptedClient client = connected(limited(0xffff_ffffL, 60_000));
    List<byte[]> sent = client.pass(60_001);
    byte[] auth = last(client.receive(server.challenge(last(sent, DatagramType.HELLO))), DatagramType.AUTH);
    client.receive(server.reject(auth, RejectReason.AUTH_FAILED, 0));
    assertThat(client.said).containsExactly("ready");
    client.request(INCR, true);
    client.receive(server.data(ScriptedServer.reply(1, 0, 0)));
    assertThat(client.said).containsExactly("ready", "reply 1 0");
    List<byte[]> later = client.pass(11_000);
    server.sid = 99;
    server.dedup = Dedup.RESUMED;
    server.accept(client, later);
    assertThat(client.endpoint.counters().sessions()).isEqualTo(2);
    assertThat(client.said).as("a rekey is nobody's business").containsExactly("ready", "reply 1 0");
  }

  @Test
  @DisplayName("a server that loads is waited for, as long as it says")
  void loading() {
    ScriptedClient client = ScriptedClient.open();
    byte[] auth = last(client.receive(server.challenge(last(client.start(), DatagramType.HELLO))), DatagramType.AUTH);
    assertThat(client.receive(server.reject(auth, RejectReason.LOADING + 40, 500))).isEmpty();
    assertThat(client.said).containsExactly("loading 40");
    assertThat(client.pass(499)).isEmpty();
    server.accept(client, client.pass(60));
    assertThat(client.said).containsExactly("loading 40", "ready");
  }

  @Test
  @DisplayName("CLOSE ends the session; with something unanswered a new one is begun at once, else with the next request")
  void closed() {
    ScriptedClient client = connected();
    client.receive(server.data(ScriptedServer.frame(FrameType.CLOSE, new byte[] {CloseCode.SHUTDOWN, 0})));
    assertThat(client.said).containsExactly("ready", "disconnected");
    assertThat(client.pass(5000)).isEmpty();
    assertThat(is(client.request(GET, false).get(0), DatagramType.HELLO)).isTrue();
  }

  @Test
  @DisplayName("an open session is not revoked by anyone who can send a CLOSE")
  void revokedInOpenMode() {
    ScriptedClient client = connected();
    client.receive(server.data(ScriptedServer.frame(FrameType.CLOSE, new byte[] {CloseCode.KEY_REVOKED, 0})));
    assertThat(client.said).containsExactly("ready", "disconnected");
  }

  @Test
  @DisplayName("an unknown frame below 0x80 ends the session with CLOSE, one from 0x80 on is stepped over")
  void unknownFrames() {
    ScriptedClient client = connected();
    client.request(GET, false);
    client.receive(server.data(ScriptedServer.frame(0x80, new byte[5]), ScriptedServer.reply(1, 0, 0)));
    assertThat(client.said).containsExactly("ready", "reply 1 0");
    List<byte[]> sent = client.receive(server.data(ScriptedServer.frame(0x7f, new byte[5])));
    assertThat(frames(sent, FrameType.CLOSE).get(0).body()[0]).isEqualTo((byte) CloseCode.UNSUPPORTED_FRAME);
  }

  @Test
  @DisplayName("PATH_CHALLENGE and PING are answered at once with what they bring")
  void answers() {
    ScriptedClient client = connected();
    byte[] data = {1, 2, 3, 4, 5, 6, 7, 8};
    List<byte[]> sent = client.receive(server.data(ScriptedServer.frame(FrameType.PATH_CHALLENGE, data)));
    assertThat(frames(sent, FrameType.PATH_RESPONSE).get(0).body()).isEqualTo(data);
    sent = client.receive(server.data(ScriptedServer.frame(FrameType.PING, data)));
    assertThat(frames(sent, FrameType.PONG).get(0).body()).containsExactly(5, 6, 7, 8);
  }

  @Test
  @DisplayName("a client that hears nothing for 3 s looks for the server, and gives writes up after 240 s")
  void silence() {
    ScriptedClient client = connected();
    client.request(INCR, true);
    List<byte[]> sent = client.pass(4500);
    assertThat(sent.stream().filter(datagram -> is(datagram, DatagramType.HELLO))).isNotEmpty();
    assertThat(client.said).contains("disconnected").doesNotContain("unknown 1");
    client.pass(240_000);
    assertThat(client.said).contains("unknown 1");
  }

  @Test
  @DisplayName("request ids do not wrap: after the last one the client becomes a new one")
  void newClient() {
    ScriptedClient client = connected(limited(2, 3_600_000));
    client.request(INCR, true);
    client.request(INCR, true);
    assertThat(client.endpoint.canSubmit()).isFalse();
    List<byte[]> sent =
        client.receive(server.data(ScriptedServer.reply(1, 0, 0), ScriptedServer.reply(2, 0, 0)));
    assertThat(frames(sent, FrameType.CLOSE)).hasSize(1);
    server.accept(client, sent);
    assertThat(frames(client.request(INCR, true), FrameType.REQ).get(0).rid()).isEqualTo(1);
  }

  @Test
  @DisplayName("junk of any kind is dropped, and the session is as it was")
  void junk() {
    long seed = Long.getLong("anoadb.seed", 20261120);
    System.out.println("junk: seed " + seed);
    Random random = new Random(seed);
    ScriptedClient client = connected();
    client.request(GET, false);
    byte[][] templates = {
      server.challenge(new byte[128]), server.welcome(new byte[1200]), server.reject(new byte[1200], 2, 0),
      ScriptedServer.noSession(ScriptedServer.SID, 1), new byte[1500], new byte[0],
    };
    for (int i = 0; i < 20_000; i++) {
      byte[] junk = templates[random.nextInt(templates.length)].clone();
      if (junk.length > 0 && random.nextBoolean()) junk = java.util.Arrays.copyOf(junk, random.nextInt(junk.length));
      for (int flips = random.nextInt(8); flips > 0 && junk.length > 0; flips--)
        junk[random.nextInt(junk.length)] ^= (byte) (1 << random.nextInt(8));
      // What is true of the session would be no junk.
      if (junk.length == 12 && junk[1] == 0x27) continue;
      client.receive(junk);
    }
    client.receive(server.data(ScriptedServer.reply(1, 0, 0)));
    assertThat(client.said).containsExactly("ready", "reply 1 0");
  }

  @Test
  @DisplayName("frames of any content inside a genuine datagram throw nothing")
  void anyFrames() {
    long seed = Long.getLong("anoadb.seed", 20261121);
    System.out.println("frames: seed " + seed);
    Random random = new Random(seed);
    for (int round = 0; round < 200; round++) {
      server.sid = ScriptedServer.SID;
      ScriptedClient client = ScriptedClient.open();
      server.accept(client, client.start());
      for (int i = 0; i < 20; i++) client.request(i % 2 == 0 ? GET : INCR, i % 2 == 1);
      for (int i = 0; i < 100; i++) {
        byte[] body = new byte[random.nextInt(40)];
        random.nextBytes(body);
        if (body.length > 3) LittleEndian.writeU32(body, 0, random.nextInt(24));
        byte[] frame = ScriptedServer.frame(random.nextInt(14), body);
        if (random.nextInt(4) == 0) LittleEndian.writeU16(frame, 1, random.nextInt(80));
        client.receive(server.data(frame));
        client.pass(random.nextInt(50));
      }
      assertThat(client.said.stream().filter(said -> said.startsWith("reply")).distinct().count())
          .isEqualTo(client.said.stream().filter(said -> said.startsWith("reply")).count());
    }
  }
}
