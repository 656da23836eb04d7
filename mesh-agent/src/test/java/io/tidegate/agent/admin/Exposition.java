package io.tidegate.agent.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Prometheus' text format, read strictly: what promtool would refuse fails here too. */
final class Exposition {

  private static final Pattern META =
      Pattern.compile("# (HELP|TYPE|UNIT) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)");
  private static final Pattern SAMPLE =
      Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)\\})? (\\S+)");
  private static final Pattern LABEL =
      Pattern.compile("([a-zA-Z_]\\w*)=\"((?:[^\"\\\\]|\\\\.)*)\"");
  private static final List<String> SUFFIXES = List.of("_bucket", "_count", "_sum");

  private final Map<String, String> types = new HashMap<>();
  private final Map<String, String> helps = new HashMap<>();
  private final Map<String, Double> values = new LinkedHashMap<>();

  Exposition(String text) {
    assertThat(text).endsWith("\n");
    text.lines().filter(line -> !line.equals("# EOF")).forEach(this::read);
    types.forEach(
        (family, type) -> {
          assertThat(helps).containsKey(family);
          if (type.equals("histogram")) {
            checkBuckets(family);
          }
        });
  }

  /** The value of a series, its labels in any order: {@code name{a="1",b="2"}}. */
  double value(String series) {
    String key = key(series);
    assertThat(values).containsKey(key);
    return Objects.requireNonNull(values.get(key));
  }

  List<String> seriesOf(String name) {
    return values.keySet().stream().filter(key -> key.startsWith(name + "{")).toList();
  }

  String type(String family) {
    return String.valueOf(types.get(family));
  }

  private void read(String line) {
    Matcher meta = META.matcher(line);
    if (meta.matches()) {
      Map<String, String> target = meta.group(1).equals("TYPE") ? types : helps;
      if (!meta.group(1).equals("UNIT")) {
        assertThat(target.put(meta.group(2), meta.group(3))).as(line).isNull();
      }
      return;
    }
    Matcher sample = SAMPLE.matcher(line);
    assertThat(sample.matches()).as(line).isTrue();
    assertThat(types).as(line).containsKey(family(sample.group(1)));
    String key = key(line.substring(0, line.lastIndexOf(' ')));
    assertThat(values.put(key, number(sample.group(3)))).as("stands twice: " + line).isNull();
  }

  private String family(String name) {
    return SUFFIXES.stream()
        .filter(name::endsWith)
        .map(suffix -> name.substring(0, name.length() - suffix.length()))
        .filter(types::containsKey)
        .findFirst()
        .orElse(name);
  }

  private void checkBuckets(String family) {
    Map<String, TreeMap<Double, Double>> bySeries = new HashMap<>();
    values.forEach(
        (key, value) -> {
          if (key.startsWith(family + "_bucket{")) {
            Matcher le = Pattern.compile("le=\"([^\"]+)\",?").matcher(key);
            assertThat(le.find()).as(key).isTrue();
            bySeries
                .computeIfAbsent(le.replaceFirst("").replace(",}", "}"), _ -> new TreeMap<>())
                .put(number(le.group(1)), value);
          }
        });
    bySeries.forEach(
        (series, buckets) -> {
          assertThat(new ArrayList<>(buckets.values())).as(series).isSorted();
          assertThat(buckets.lastKey()).as(series).isInfinite();
          String count = series.replace(family + "_bucket", family + "_count");
          assertThat(buckets.lastEntry().getValue()).as(series).isEqualTo(values.get(count));
          assertThat(values).containsKey(series.replace(family + "_bucket", family + "_sum"));
        });
  }

  private static double number(String text) {
    return text.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(text);
  }

  private static String key(String series) {
    int brace = series.indexOf('{');
    if (brace < 0) {
      return series + "{}";
    }
    String labels = series.substring(brace + 1, series.length() - 1);
    List<String> found = LABEL.matcher(labels).results().map(r -> r.group()).sorted().toList();
    assertThat(found.stream().mapToInt(String::length).sum() + found.size() - 1)
        .as(series)
        .isEqualTo(labels.length());
    return series.substring(0, brace) + "{" + String.join(",", found) + "}";
  }
}
