package io.anoadb;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The other tests run on the class path; an application may be made of modules. */
class ModulePathTest {
  private static final String MAIN =
      """
      package demo;
      import io.anoadb.AnoaValue;
      import io.anoadb.internal.protocol.ValueEncoder;
      public class Main {
        public static void main(String[] args) throws Exception {
          System.out.println(ValueEncoder.encode(AnoaValue.arrayOf(1, "two", 3.5)).bytes().length);
          System.out.println(ModuleLayer.boot().findModule("org.bouncycastle.provider").isPresent());
          System.out.println(AnoaValue.class.getModule().getName());
        }
      }
      """;

  @Test
  @DisplayName("an application of modules compiles against what the module exports, and finds all that it needs at run time")
  void runsOnTheModulePath(@TempDir Path folder) throws IOException, InterruptedException {
    Path info = write(folder, "module-info.java", "module demo { requires io.anoadb.client; }");
    Path main = write(folder, "demo/Main.java", MAIN);
    Path classes = folder.resolve("classes");
    String export = "--add-exports=io.anoadb.client/io.anoadb.internal.protocol=demo";
    String path = modulePath();
    String[] compile = {"-p", path, "-d", classes.toString(), export, info.toString(), main.toString()};
    assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, compile)).isZero();
    Process run =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                export,
                "-p",
                path + File.pathSeparator + classes,
                "-m",
                "demo/demo.Main")
            .redirectErrorStream(true)
            .start();
    String printed = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(run.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(printed.lines()).containsExactly("15", "true", "io.anoadb.client");
  }

  /** What an application would have beside itself: the client and what it needs, nothing that is optional. */
  private static String modulePath() {
    return Stream.concat(
            Stream.of(Path.of("target", "classes").toString()),
            Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> entry.matches(".*(bcprov|msgpack-core|jspecify)[^/\\\\]*\\.jar")))
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static Path write(Path folder, String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }
}
