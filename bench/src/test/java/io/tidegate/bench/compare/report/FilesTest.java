package io.tidegate.bench.compare.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilesTest {

  private static final List<Bar> BARS =
      List.of(new Bar("tidegate", "bulk-1-up", 0.45, List.of("nginx")));

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void nameFile() {
    file = folder.resolve("results");
  }

  @Test
  void jsonHoldsEveryValueOfEveryRound() throws IOException {
    JsonFile.write(file, SampleResults.results(), BARS);
    JsonNode json = new ObjectMapper().readTree(file.toFile());
    assertThat(json.at("/samples")).hasSize(7);
    assertThat(json.at("/figures/0/rows/0/median").doubleValue()).isEqualTo(0.5);
    assertThat(json.at("/bars/0/met").booleanValue()).isTrue();
    assertThat(json.at("/problems/1/kind").textValue()).isEqualTo("FAILED");
  }

  @Test
  void pageHoldsAChartForEachFigureAndNeedsNothingElse() throws IOException {
    HtmlPage.write(file, SampleResults.results(), "tidegate", BARS);
    String page = Files.readString(file);
    assertThat(page.split("<svg ", -1)).hasSize(3);
    assertThat(page).doesNotContain("http").doesNotContain("src=");
  }

  @Test
  void pageTakesTextAsText() throws IOException {
    HtmlPage.write(file, SampleResults.results(), "tidegate", BARS);
    assertThat(Files.readString(file)).contains("2 cores &amp; &lt;little&gt; memory");
  }
}
