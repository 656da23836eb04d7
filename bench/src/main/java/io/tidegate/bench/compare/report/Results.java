package io.tidegate.bench.compare.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All that a run has found out.
 *
 * @param facts about machine, programs and method, in the order in which to show them
 * @param contenders in the order of their turns
 * @param figures in the order in which to show them
 */
public record Results(
    Map<String, String> facts,
    List<String> contenders,
    List<Figure> figures,
    List<Sample> samples,
    List<Problem> problems) {

  public Results {
    facts = new LinkedHashMap<>(facts);
    contenders = List.copyOf(contenders);
    figures = List.copyOf(figures);
    samples = List.copyOf(samples);
    problems = List.copyOf(problems);
  }

  /** Absent when there is no value, or when any round has failed: a wrong answer is not fast. */
  public Optional<Summary> summary(String figure, String contender) {
    double[] values =
        samples.stream()
            .filter(sample -> isOf(sample, figure, contender))
            .mapToDouble(Sample::value)
            .toArray();
    if (values.length == 0 || hasFailed(figure, contender)) {
      return Optional.empty();
    }
    return Optional.of(Summary.of(values));
  }

  private static boolean isOf(Sample sample, String figure, String contender) {
    return sample.figure().equals(figure) && sample.contender().equals(contender);
  }

  private boolean hasFailed(String figure, String contender) {
    return problem(figure, contender)
        .filter(problem -> problem.kind() == Problem.Kind.FAILED)
        .isPresent();
  }

  /** The worst that has happened to a contender in a figure. */
  public Optional<Problem> problem(String figure, String contender) {
    return problems.stream()
        .filter(problem -> problem.figure().equals(figure))
        .filter(problem -> problem.contender().equals(contender))
        .min((a, b) -> a.kind().compareTo(b.kind()));
  }

  /** The figures that have a value or a problem to show. */
  public List<Figure> shownFigures() {
    return figures.stream().filter(figure -> !rows(figure).isEmpty()).toList();
  }

  /** The contenders that a figure has something to say about. */
  public List<String> rows(Figure figure) {
    List<String> rows = new ArrayList<>();
    for (String contender : contenders) {
      if (summary(figure.id(), contender).isPresent()
          || problem(figure.id(), contender).isPresent()) {
        rows.add(contender);
      }
    }
    return rows;
  }

  /**
   * How many times as much a contender needs as another; absent when either has no value above 0.
   */
  public Optional<Double> ratio(String figure, String contender, String peer) {
    return summary(figure, contender)
        .filter(own -> own.median() > 0)
        .flatMap(
            own ->
                summary(figure, peer)
                    .filter(other -> other.median() > 0)
                    .map(other -> own.median() / other.median()));
  }
}
