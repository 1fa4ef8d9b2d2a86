package io.anoadb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the server is and with which key; and that no message shows the key. */
class ConnectionUrlTest {
  /** 32 bytes as an access key, of no server. */
  private static final String KEY = "anoa1_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0MDE".substring(0, 49);

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "anoa://127.0.0.1, 127.0.0.1, 2662",
    "anoa://127.0.0.1:1, 127.0.0.1, 1",
    "anoa://127.0.0.1:65535, 127.0.0.1, 65535",
    "anoa://localhost:4000/, localhost, 4000",
    "ANOA://db.internal-1.example_x, db.internal-1.example_x, 2662",
    "anoa://[::1], ::1, 2662",
    "anoa://[::1]:2663, ::1, 2663",
    "anoa://[fe80::1%eth0]:7, fe80::1%eth0, 7",
  })
  void readsHostAndPort(String url, String host, int port) {
    assertThat(ConnectionUrl.parse(url)).isEqualTo(new ConnectionUrl(host, port, null));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "127.0.0.1", "redis://127.0.0.1", "anoa:/127.0.0.1", "anoa://", "anoa://:2662", "anoa://host:",
        "anoa://host:0", "anoa://host:65536", "anoa://host:123456", "anoa://host:2662x", "anoa://host:-1",
        "anoa://::1", "anoa://[::1", "anoa://[localhost]", "anoa://[::1]2662", "anoa://ho st", "anoa://host/path",
        "anoa://host?x=1", "anoa://@host"
      })
  void refusesWhatIsNoUrlAndSaysWhatOneLooksLike(String url) {
    assertThatThrownBy(() -> ConnectionUrl.parse(url))
        .isInstanceOfSatisfying(
            AnoaConnectionException.class, refused -> assertThat(refused.code()).isEqualTo("INVALID_URL"))
        .hasMessageContaining("anoa://host:port");
  }

  @Test
  void takesTheKeyOutOfTheUrlAndNeverPrintsIt() {
    ConnectionUrl url = ConnectionUrl.parse("anoa://" + KEY + "@[2001:db8::7]:9");
    assertThat(url.accessKey()).isEqualTo(KEY);
    assertThat(url.peer()).isEqualTo("[2001:db8::7]:9");
    assertThat(url.toString()).doesNotContain(KEY);
  }

  @Test
  void noMessageRepeatsAKeyWhereverInABadUrlItStands() {
    List<String> holders =
        List.of("anoa://KEY@", "anoa://KEY@host:bad", "anoa://host:KEY", "anoa://host/KEY", "KEY@host", "KEY", "anoa://[KEY]");
    for (String holder : holders) {
      assertThatThrownBy(() -> AnoaClient.connect(holder.replace("KEY", KEY)))
          .isInstanceOf(AnoaConnectionException.class)
          .hasMessageNotContaining(KEY.substring(10));
    }
  }

  @Test
  void theFirstSourceThatHasAKeyWins() throws Exception {
    Path file = Files.writeString(folder.resolve("key"), "anoa://" + KEY + "@db.example\n");
    byte[] fromFile = AccessKey.find(null, null, file.toString());
    assertThat(fromFile).hasSize(32).isEqualTo(AccessKey.parse(KEY));
    assertThat(AccessKey.find(KEY, "nonsense", "nonsense")).isEqualTo(fromFile);
    assertThat(AccessKey.find(null, KEY, "nonsense")).isEqualTo(fromFile);
    assertThat(AccessKey.find(null, null, null)).isNull();
    assertThat(AccessKey.find(null, null, "")).isNull();
  }

  @Test
  void whatIsNoKeyIsRefusedWithoutBeingShown() throws Exception {
    Path large = Files.writeString(folder.resolve("large"), "x".repeat(5000));
    List<String> slips =
        List.of(KEY.substring(0, KEY.length() - 1), KEY + "A", KEY.replace("anoa1_", "anoa2_"), "!" + KEY.substring(1));
    for (String slip : slips) {
      assertThatThrownBy(() -> AccessKey.find(slip, null, null))
          .isInstanceOfSatisfying(
              AnoaConnectionException.class, refused -> assertThat(refused.code()).isEqualTo("INVALID_ACCESS_KEY"))
          .hasMessageNotContaining(KEY.substring(12, 30));
    }
    for (String file : List.of(KEY, folder.resolve("nothing").toString(), large.toString(), folder.toString())) {
      assertThatThrownBy(() -> AccessKey.find(null, null, file))
          .isInstanceOf(AnoaConnectionException.class)
          .hasMessageNotContaining(KEY.substring(12));
    }
  }

  @Test
  void oneKeyHasOneText() {
    byte[] key = AccessKey.parse(KEY);
    assertThat(key).isNotNull();
    // The last character carries two bits that no byte has.
    String stray = KEY.substring(0, KEY.length() - 1) + (char) (KEY.charAt(KEY.length() - 1) + 1);
    assertThat(AccessKey.parse(stray)).isNull();
  }
}
