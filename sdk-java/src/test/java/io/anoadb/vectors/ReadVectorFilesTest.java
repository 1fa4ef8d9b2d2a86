package io.anoadb.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A file of vectors that no Java test reads would be a promise that nobody keeps. */
class ReadVectorFilesTest {
  private static final Path TESTS = Path.of("src", "test", "java");

  @Test
  @DisplayName("every file of the shared vectors is read by a test here")
  void everyFileIsRead() throws IOException {
    String sources = String.join("\n", testSources());
    List<String> unread = vectorFiles().stream().filter(name -> !sources.contains('"' + name + '"')).toList();
    assertThat(unread).isEmpty();
  }

  private static List<String> vectorFiles() throws IOException {
    Path folder = VectorFile.folder();
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> folder.relativize(file).toString().replace('\\', '/'))
          .filter(name -> !name.endsWith(".md"))
          .sorted()
          .toList();
    }
  }

  private static List<String> testSources() throws IOException {
    try (Stream<Path> files = Files.walk(TESTS)) {
      return files.filter(file -> file.toString().endsWith(".java")).map(ReadVectorFilesTest::text).toList();
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException failure) {
      throw new java.io.UncheckedIOException(failure);
    }
  }
}
