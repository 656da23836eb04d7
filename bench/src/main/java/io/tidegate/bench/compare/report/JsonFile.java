package io.tidegate.bench.compare.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The results for programs: every value of every round. */
public final class JsonFile {

  private record Document(
      Map<String, String> facts,
      List<FigureRows> figures,
      List<Judgement> bars,
      List<Problem> problems,
      List<Sample> samples) {}

  private record FigureRows(String id, String group, String title, String unit, List<Row> rows) {}

  private record Row(String contender, double median, double min, double max, int rounds) {}

  private record Judgement(
      String contender,
      String figure,
      @Nullable Double value,
      @Nullable Double limit,
      String limitFrom,
      @Nullable Boolean met) {}

  private JsonFile() {}

  public static void write(Path file, Results results, List<Bar> bars) throws IOException {
    Document document =
        new Document(
            results.facts(),
            results.shownFigures().stream().map(figure -> rows(results, figure)).toList(),
            bars.stream().map(bar -> judgement(bar.judge(results))).toList(),
            results.problems(),
            results.samples());
    ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    Files.write(file, mapper.writeValueAsBytes(document));
  }

  private static FigureRows rows(Results results, Figure figure) {
    List<Row> rows =
        results.contenders().stream()
            .flatMap(
                contender ->
                    results.summary(figure.id(), contender).map(s -> row(contender, s)).stream())
            .toList();
    return new FigureRows(figure.id(), figure.group().title(), figure.title(), figure.unit(), rows);
  }

  private static Row row(String contender, Summary summary) {
    return new Row(contender, summary.median(), summary.min(), summary.max(), summary.rounds());
  }

  private static Judgement judgement(Bar.Verdict verdict) {
    return new Judgement(
        verdict.bar().contender(),
        verdict.bar().figure(),
        verdict.value().orElse(null),
        verdict.limit().orElse(null),
        verdict.describeLimit(),
        verdict.isKnown() ? verdict.isMet() : null);
  }
}
