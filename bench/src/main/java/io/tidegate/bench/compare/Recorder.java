package io.tidegate.bench.compare;

import io.tidegate.bench.compare.report.Figure;
import io.tidegate.bench.compare.report.Problem;
import io.tidegate.bench.compare.report.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Keeps what is found out. */
final class Recorder {

  private final Progress progress;
  private final List<Sample> samples = new ArrayList<>();
  private final List<Problem> problems = new ArrayList<>();
  private double foreignSeconds;
  private double stolenSeconds;
  private double windowSeconds;
  private int windows;
  private int disturbedWindows;

  Recorder(Progress progress) {
    this.progress = progress;
  }

  void add(Figure figure, String contender, int round, double value, Map<String, Double> detail) {
    samples.add(new Sample(figure.id(), contender, round, value, detail));
  }

  /** Loud: a proxy that loses bytes has no speed. */
  void fail(Figure figure, String contender, String reason) {
    progress.say("FAILED  " + contender + ", " + figure.id() + ": " + reason);
    problems.add(new Problem(Problem.Kind.FAILED, figure.id(), contender, reason));
  }

  void skip(Figure figure, String contender, String reason) {
    Problem problem = new Problem(Problem.Kind.SKIPPED, figure.id(), contender, reason);
    if (!problems.contains(problem)) {
      problems.add(problem);
    }
  }

  /** Notes how much of a window others have taken. */
  void noteWindow(Window window) {
    windows++;
    disturbedWindows += window.isDisturbed() ? 1 : 0;
    foreignSeconds += window.foreignShare() * window.seconds();
    stolenSeconds += window.core().stolenSeconds();
    windowSeconds += window.seconds();
  }

  /** What else ran on the two cores while they were measured, for people. */
  String noise(Retries retries) {
    if (windows == 0) {
      return "not known: no CPU time was taken";
    }
    return String.format(
        Locale.ROOT,
        "others took %.1f %% of either core in the windows, %.2f %% was stolen; %d windows were"
            + " taken again because others took more than 10 %%, %d of %d are still such",
        100 * foreignSeconds / windowSeconds,
        100 * stolenSeconds / windowSeconds,
        retries.taken(),
        disturbedWindows,
        windows);
  }

  List<Sample> samples() {
    return samples;
  }

  List<Problem> problems() {
    return problems;
  }
}
