package io.tidegate.bench.compare.report;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What is asked of a contender: its figure's median may be at most a factor times the lowest median
 * among some peers; with no peers, at most the factor itself.
 *
 * @param figure its id
 */
public record Bar(String contender, String figure, double factor, List<String> peers) {

  /**
   * How a bar was met.
   *
   * @param limit what was allowed; absent when no peer has a value
   * @param peer whose median made the limit, empty where the bar needs none
   */
  public record Verdict(Bar bar, Optional<Double> value, Optional<Double> limit, String peer) {

    public boolean isKnown() {
      return value.isPresent() && limit.isPresent();
    }

    public boolean isMet() {
      return isKnown() && value.get() <= limit.get();
    }

    /** Where the limit comes from, as in {@code 0.60 × nginx}. */
    public String describeLimit() {
      if (bar.peers.isEmpty()) {
        return "absolute";
      }
      String names = peer.isEmpty() ? String.join(" or ", bar.peers) : peer;
      return Numbers.ratio(bar.factor) + " × " + names;
    }
  }

  /** A peer and its median. */
  private record Peer(String name, double median) {}

  public Verdict judge(Results results) {
    Optional<Double> value = results.summary(figure, contender).map(Summary::median);
    if (peers.isEmpty()) {
      return new Verdict(this, value, Optional.of(factor), "");
    }
    return peers.stream()
        .flatMap(peer -> peer(results, peer))
        .min(Comparator.comparingDouble(Peer::median))
        .map(peer -> new Verdict(this, value, Optional.of(factor * peer.median), peer.name))
        .orElseGet(() -> new Verdict(this, value, Optional.empty(), ""));
  }

  private Stream<Peer> peer(Results results, String name) {
    return results.summary(figure, name).map(Summary::median).map(m -> new Peer(name, m)).stream();
  }
}
