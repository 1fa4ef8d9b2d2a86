package io.anoadb;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the README shows compiles. Blocks that are no whole class stand in a method that has a client, {@code db}. */
class ReadmeTest {
  private static final Pattern BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
  private static final String HEAD =
      """
      import io.anoadb.*;
      import io.anoadb.generated.*;
      import java.time.*;
      import java.util.*;
      import java.util.concurrent.*;
      import java.util.stream.*;
      class Shown {
        void shown(AnoaClient db) throws Exception {
      """;

  static Stream<Block> blocks() throws IOException {
    List<Block> blocks = new ArrayList<>();
    for (Path file : new Path[] {Path.of("README.md"), Path.of("..", "README.md")}) {
      String text = Files.readString(file);
      BLOCK
          .matcher(text)
          .results()
          .forEach(
              found -> {
                long line = text.substring(0, found.start()).lines().count() + 1;
                blocks.add(new Block(file + ":" + line, found.group(1)));
              });
    }
    return blocks.stream();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("blocks")
  @DisplayName("Java shown in a README compiles")
  void compiles(Block block, @TempDir Path out) {
    DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    List<String> options =
        List.of("-d", out.toString(), "-proc:none", "-classpath", System.getProperty("java.class.path"));
    compiler.getTask(null, null, found, options, null, List.of(new Source(block))).call();
    List<String> errors =
        found.getDiagnostics().stream()
            .filter(each -> each.getKind() == Diagnostic.Kind.ERROR)
            .map(each -> each.getMessage(Locale.ROOT))
            .toList();
    assertThat(errors).isEmpty();
  }

  record Block(String where, String code) {
    boolean isClass() {
      return code.contains("public class ");
    }

    @Override
    public String toString() {
      return where;
    }
  }

  private static final class Source extends SimpleJavaFileObject {
    private final Block block;

    Source(Block block) {
      super(URI.create("string:///" + (block.isClass() ? nameOf(block) : "Shown") + ".java"), Kind.SOURCE);
      this.block = block;
    }

    private static String nameOf(Block block) {
      return block.code().replaceFirst("(?s).*public class (\\w+).*", "$1");
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return block.isClass() ? block.code() : HEAD + block.code() + "\n}}";
    }
  }
}
