package io.anoadb.internal.transport;

import static io.anoadb.internal.transport.ScriptedServer.frames;
import static io.anoadb.internal.transport.ScriptedServer.reply;
import static io.anoadb.internal.transport.ScriptedServer.replyFragment;
import static org.assertj.core.api.Assertions.assertThat;

import io.anoadb.generated.wire.FrameType;
import io.anoadb.generated.wire.Status;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What becomes of requests: sending again, waiting, fragments both ways, and the floor. */
class ClientRequestsTest {
  private static final byte[] GET = {1, 0, 1, 0, 0, 0, 0, 0, 'k'};
  private static final byte[] INCR = {8, 0, 1, 0, 0, 0, 0, 0, 'k'};

  private final ScriptedServer server = new ScriptedServer();
  private final ScriptedClient client = ScriptedClient.open();

  @BeforeEach
  void connect() {
    server.accept(client, client.start());
    client.said.clear();
  }

  @Test
  @DisplayName("an unanswered request is sent again under its id, each attempt numbered, ever more slowly")
  void retransmits() {
    client.request(INCR, true);
    List<ScriptedServer.Frame> again = frames(client.pass(2000), FrameType.REQ);
    assertThat(again).extracting(ScriptedServer.Frame::rid).containsOnly(1L);
    assertThat(again).extracting(ScriptedServer.Frame::attempt).startsWith(1, 2, 3);
    assertThat(again.size()).isBetween(3, 8);
    client.receive(server.data(reply(1, 0, 0)));
    client.receive(server.data(reply(1, 1, 0)));
    assertThat(client.said).as("answered once").containsExactly("reply 1 0");
  }

  @Test
  @DisplayName("several requests share a datagram, and say how far the floor is below them")
  void sharing() {
    for (int i = 0; i < 3; i++) client.endpoint.submit(GET, GET.length, false, false, client.nowMs);
    client.endpoint.flush(client.nowMs);
    List<byte[]> sent = client.takeSent();
    assertThat(sent).hasSize(1);
    assertThat(frames(sent)).extracting(frame -> frame.body()[4]).containsExactly((byte) 0, (byte) 1, (byte) 2);
  }

  @Test
  @DisplayName("WORKING makes the client wait a second before it asks again")
  void working() {
    client.request(INCR, true);
    byte[] body = new byte[5];
    body[0] = 1;
    client.receive(server.data(ScriptedServer.frame(FrameType.WORKING, body)));
    assertThat(frames(client.pass(900), FrameType.REQ)).isEmpty();
    assertThat(frames(client.pass(250), FrameType.REQ)).isNotEmpty();
  }

  @Test
  @DisplayName("BUSY is waited out under the same request id, and the caller hears nothing of it")
  void busy() {
    client.request(INCR, true);
    client.receive(server.data(reply(1, 0, Status.BUSY)));
    assertThat(frames(client.pass(20), FrameType.REQ)).extracting(ScriptedServer.Frame::rid).containsExactly(1L);
    client.receive(server.data(reply(1, 1, Status.BUSY)));
    client.pass(40);
    client.receive(server.data(reply(1, 2, 0)));
    assertThat(client.said).containsExactly("reply 1 0");
  }

  @Test
  @DisplayName("STALE_RID of a write that was sent more than once is of unknown outcome, of any other an answer")
  void stale() {
    client.request(INCR, true);
    client.pass(300);
    client.receive(server.data(reply(1, 1, Status.STALE_RID)));
    client.request(INCR, true);
    client.receive(server.data(reply(2, 0, Status.STALE_RID)));
    assertThat(client.said).containsExactly("unknown 1", "reply 2 " + Status.STALE_RID);
  }

  @Test
  @DisplayName("three later answers and a round trip mean that a request is lost; it is sent before its timer")
  void overtaken() {
    for (int i = 0; i < 6; i++) client.request(GET, false);
    client.nowMs += 4;
    client.receive(server.data(reply(2, 0, 0)));
    client.receive(server.data(reply(3, 0, 0)));
    client.receive(server.data(reply(4, 0, 0)));
    client.nowMs += 3;
    assertThat(frames(client.receive(server.data(reply(5, 0, 0))))).isEmpty();
    assertThat(frames(client.pass(8), FrameType.REQ)).extracting(ScriptedServer.Frame::rid).contains(1L);
  }

  @Test
  @DisplayName("a quiet client tells once that its replies may be forgotten")
  void floor() {
    client.request(INCR, true);
    client.receive(server.data(reply(1, 0, 0)));
    List<ScriptedServer.Frame> pings = frames(client.pass(10_000), FrameType.PING);
    assertThat(pings).hasSize(1);
    assertThat(LittleEndian.readU32(pings.get(0).body(), 0)).isEqualTo(2);
  }

  @Test
  @DisplayName("a cancelled request is forgotten, and says whether any of it was sent")
  void cancel() {
    client.request(INCR, true);
    assertThat(client.endpoint.cancel(1, client.nowMs)).isTrue();
    long unsent = client.endpoint.submit(INCR, INCR.length, true, false, client.nowMs);
    assertThat(client.endpoint.cancel(unsent, client.nowMs)).isFalse();
    client.receive(server.data(reply(1, 0, 0)));
    assertThat(client.said).isEmpty();
    assertThat(client.endpoint.outstanding()).isZero();
  }

  @Test
  @DisplayName("the fragments of a reply come in any order and twice, and are acknowledged with what is there")
  void replyFragments() {
    byte[] results = new byte[4 * 1152 + 7];
    new Random(1).nextBytes(results);
    client.request(GET, false);
    List<byte[]> sent = client.receive(server.data(replyFragment(1, 0, results, 2)));
    byte[] ack = frames(sent, FrameType.FRAG_ACK).get(0).body();
    assertThat(LittleEndian.readU16(ack, 6)).as("next").isZero();
    assertThat(LittleEndian.readU64(ack, 8)).as("fragment 2 is bit 1").isEqualTo(2);
    for (int index : new int[] {4, 2, 0, 4, 1}) client.receive(server.data(replyFragment(1, 0, results, index)));
    assertThat(client.said).isEmpty();
    client.receive(server.data(replyFragment(1, 0, results, 3)));
    assertThat(client.said).containsExactly("reply 1 0");
    assertThat(client.lastReply).isEqualTo(results);
    sent = client.receive(server.data(replyFragment(1, 0, results, 3)));
    assertThat(LittleEndian.readU16(frames(sent, FrameType.FRAG_ACK).get(0).body(), 6)).as("all of it").isEqualTo(5);
  }

  @Test
  @DisplayName("fragments of two executions of a read are not mixed: the newer attempt wins")
  void attemptsOfReply() {
    byte[] old = ScriptedClient.filled(2000, 1);
    byte[] fresh = ScriptedClient.filled(2000, 2);
    client.request(GET, false);
    client.receive(server.data(replyFragment(1, 0, old, 0)));
    client.receive(server.data(replyFragment(1, 1, fresh, 1)));
    client.receive(server.data(replyFragment(1, 0, old, 1)));
    assertThat(client.said).isEmpty();
    client.receive(server.data(replyFragment(1, 1, fresh, 0)));
    assertThat(client.lastReply).isEqualTo(fresh);
  }

  @Test
  @DisplayName("a fragment whose total lies allocates nothing of it and is no answer")
  void lyingTotal() {
    client.request(GET, false);
    byte[] frame = replyFragment(1, 0, new byte[1152 * 2], 0);
    LittleEndian.writeU32(frame, 3 + 6, 0xffff_ffffL);
    client.receive(server.data(frame));
    assertThat(client.said).containsExactly("reply 1 " + Status.REPLY_TOO_LARGE);
  }

  @Test
  @DisplayName("a large request leaves in fragments; what is not acknowledged, and only that, leaves again")
  void requestFragments() {
    byte[] ops = new byte[5 * 1152 - 10];
    new Random(2).nextBytes(ops);
    List<ScriptedServer.Frame> sent = frames(client.request(ops, true), FrameType.REQ_FRAG);
    assertThat(sent).hasSize(5);
    byte[] ack = new byte[20];
    LittleEndian.writeU32(ack, 0, 1);
    LittleEndian.writeU16(ack, 6, 1);
    LittleEndian.writeU64(ack, 8, 0b111 << 0);
    LittleEndian.writeU32(ack, 16, 5);
    client.nowMs += 2;
    client.receive(server.data(ScriptedServer.frame(FrameType.FRAG_ACK, ack)));
    List<ScriptedServer.Frame> again = frames(client.pass(100), FrameType.REQ_FRAG);
    assertThat(again).isNotEmpty();
    assertThat(again).extracting(frame -> LittleEndian.readU16(frame.body(), 10)).containsOnly(1);
    client.receive(server.data(reply(1, 0, 0)));
    assertThat(client.said).containsExactly("reply 1 0");
    assertThat(client.pass(2000)).as("nothing is sent for it any more").noneMatch(d -> d.length > 500);
  }
}
