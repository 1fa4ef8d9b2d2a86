package io.anoadb.internal.transport;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.anoadb.generated.wire.AuthLayout;
import io.anoadb.generated.wire.WelcomeLayout;
import io.anoadb.vectors.VectorFile;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The handshake that was made with one library and confirmed with another: every key in between. */
class KeyScheduleTest {
  private static final JsonNode FILE = VectorFile.read("handshake/handshake-v1.json");
  private static final JsonNode OUTPUTS = FILE.get("outputs");
  private static final byte[] PSK = VectorFile.hex(FILE.at("/inputs/psk"));
  private static final byte[] SECRET = VectorFile.hex(FILE.at("/inputs/clientEphemeralSecret_e"));
  private static final byte[] AUTH = read("handshake/auth.hex");
  private static final byte[] WELCOME = read("handshake/welcome.hex");

  private final SealCrypto crypto = new SealCrypto();

  private static byte[] read(String name) {
    try {
      return HexFormat.of().parseHex(Files.readString(VectorFile.folder().resolve(name)).trim());
    } catch (IOException failure) {
      throw new java.io.UncheckedIOException(failure);
    }
  }

  private static String output(String name) {
    return OUTPUTS.get(name).asText();
  }

  @Test
  @DisplayName("the key id and the box of AUTH come out")
  void auth() {
    assertThat(VectorFile.hex(KeySchedule.keyIdOf(PSK))).isEqualTo(output("keyId"));
    assertThat(VectorFile.hex(crypto.x25519Public(SECRET))).isEqualTo(output("ePub"));
    KeySchedule.BoxKey box = KeySchedule.authBoxKey(PSK, AUTH);
    assertThat(VectorFile.hex(box.key().getKey())).isEqualTo(output("K1"));
    assertThat(VectorFile.hex(box.nonce())).isEqualTo(output("N1"));
    byte[] opened = AUTH.clone();
    int length = AuthLayout.BYTES - AuthLayout.PARAMS_AT;
    boolean isGenuine =
        crypto.open(box.key(), box.nonce(), opened, AuthLayout.TAG_AT, AuthLayout.PARAMS_AT, length);
    assertThat(isGenuine).isTrue();
    crypto.seal(box.key(), box.nonce(), opened, AuthLayout.TAG_AT, AuthLayout.PARAMS_AT, length);
    assertThat(opened).isEqualTo(AUTH);
  }

  @Test
  @DisplayName("WELCOME opens, and the keys of the session come out; the first datagram is sealed with them")
  void session() {
    int theirsAt = WelcomeLayout.EPHEMERAL_KEY_AT;
    byte[] theirs = Arrays.copyOfRange(WELCOME, theirsAt, theirsAt + SealCrypto.KEY_BYTES);
    byte[] shared = crypto.x25519(SECRET, theirs);
    assertThat(VectorFile.hex(shared)).isEqualTo(output("dh"));
    KeySchedule.HandshakeSecret secret = new KeySchedule.HandshakeSecret(PSK, AUTH, WELCOME, shared);
    assertThat(shared).as("the secret is wiped").containsOnly(0);
    KeySchedule.BoxKey box = secret.welcomeBoxKey();
    assertThat(VectorFile.hex(box.key().getKey())).isEqualTo(output("KW").substring(0, 64));
    byte[] opened = WELCOME.clone();
    int length = WelcomeLayout.BYTES - WelcomeLayout.PARAMS_AT;
    boolean isGenuine =
        crypto.open(box.key(), box.nonce(), opened, WelcomeLayout.TAG_AT, WelcomeLayout.PARAMS_AT, length);
    assertThat(isGenuine).isTrue();
    KeySchedule.SessionKeys keys = secret.sessionKeys(WELCOME);
    assertThat(VectorFile.hex(keys.toServer().key().getKey())).isEqualTo(output("Kc2s"));
    assertThat(VectorFile.hex(keys.toServer().iv())).isEqualTo(output("IVc2s"));
    assertThat(VectorFile.hex(keys.toClient().key().getKey())).isEqualTo(output("Ks2c"));
    assertThat(VectorFile.hex(keys.toClient().iv())).isEqualTo(output("IVs2c"));

    byte[] frames = VectorFile.hex(OUTPUTS.get("frame"));
    byte[] data = VectorFile.hex(OUTPUTS.get("data"));
    byte[] bytes = Arrays.copyOf(data, data.length);
    System.arraycopy(frames, 0, bytes, 28, frames.length);
    SealedSealing sealing = new SealedSealing(crypto, keys.toServer(), keys.toClient());
    sealing.seal(bytes, 0, frames.length);
    assertThat(bytes).isEqualTo(data);
    sealing.wipe();
    assertThat(keys.toServer().key().getKey()).as("the keys are wiped").containsOnly(0);
  }

  @Test
  @DisplayName("a point of low order gives no shared secret")
  void lowOrder() {
    assertThat(crypto.x25519(SECRET, new byte[32])).isNull();
    byte[] one = new byte[32];
    one[0] = 1;
    assertThat(crypto.x25519(SECRET, one)).isNull();
  }
}
