package io.tidegate.e2e;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What one run of one fault did to clients.
 *
 * @param faultBeginsSeconds since the load began
 * @param faultSeconds from the fault's begin to when the Swarm had settled again
 * @param longestGapMillis the longest time in which no request succeeded
 * @param usualP99Millis of the requests that were due before the fault, but for the first third of
 *     that time, in which clients and agents get up to speed
 * @param p99Millis of the requests that were due from the fault's begin on, failed ones included
 * @param recoveryMillis from the fault's begin to the last request that failed or took longer than
 *     half a second; 0 if there was none
 * @param failures what failed ones said, with how often
 * @param slices tenths of a second since the load began: requests, failed ones, longest time
 */
record ChaosResult(
    String fault,
    int run,
    String bar,
    boolean isMet,
    int sent,
    int failed,
    double faultBeginsSeconds,
    double faultSeconds,
    double longestGapMillis,
    double usualP99Millis,
    double p99Millis,
    double recoveryMillis,
    Map<String, Long> failures,
    List<Slice> slices) {

  private static final double SLOW_SECONDS = 0.5;

  /** A tenth of a second by when requests were due. */
  record Slice(@JsonProperty("at") double atSeconds, int sent, int failed, double longestMillis) {}

  static ChaosResult of(
      ChaosRow row,
      int run,
      List<ChaosLoad.Request> requests,
      double beginSeconds,
      double endSeconds) {
    List<ChaosLoad.Request> failed = requests.stream().filter(ChaosLoad.Request::failed).toList();
    ChaosResult result =
        new ChaosResult(
            row.name(),
            run,
            row.bar(),
            false,
            requests.size(),
            failed.size(),
            beginSeconds,
            endSeconds - beginSeconds,
            longestGapMillis(requests),
            p99Millis(requests, beginSeconds / 3, beginSeconds),
            p99Millis(requests, beginSeconds, Double.MAX_VALUE),
            recoveryMillis(requests, beginSeconds),
            failed.stream()
                .collect(
                    Collectors.groupingBy(
                        r -> r.node() + (r.isKept() ? " kept: " : " new: ") + r.failure(),
                        TreeMap::new,
                        Collectors.counting())),
            slices(requests));
    return result.judged(row.judge().isMet(result, requests, beginSeconds));
  }

  private ChaosResult judged(boolean met) {
    return new ChaosResult(
        fault,
        run,
        bar,
        met,
        sent,
        failed,
        faultBeginsSeconds,
        faultSeconds,
        longestGapMillis,
        usualP99Millis,
        p99Millis,
        recoveryMillis,
        failures,
        slices);
  }

  private static double longestGapMillis(List<ChaosLoad.Request> requests) {
    double last = 0;
    double longest = 0;
    for (double end :
        requests.stream()
            .filter(request -> !request.failed())
            .mapToDouble(ChaosLoad.Request::endSeconds)
            .sorted()
            .toArray()) {
      longest = Math.max(longest, end - last);
      last = end;
    }
    return longest * 1e3;
  }

  private static double p99Millis(
      List<ChaosLoad.Request> requests, double fromSeconds, double toSeconds) {
    double[] took =
        requests.stream()
            .filter(request -> request.dueSeconds() >= fromSeconds)
            .filter(request -> request.dueSeconds() < toSeconds)
            .mapToDouble(ChaosLoad.Request::tookSeconds)
            .sorted()
            .toArray();
    return took.length == 0 ? 0 : took[(int) ((took.length - 1) * 0.99)] * 1e3;
  }

  private static double recoveryMillis(List<ChaosLoad.Request> requests, double beginSeconds) {
    return requests.stream()
            .filter(request -> request.dueSeconds() >= beginSeconds)
            .filter(request -> request.failed() || request.tookSeconds() > SLOW_SECONDS)
            .mapToDouble(request -> request.dueSeconds() - beginSeconds)
            .max()
            .orElse(0)
        * 1e3;
  }

  private static List<Slice> slices(List<ChaosLoad.Request> requests) {
    Map<Integer, List<ChaosLoad.Request>> byTenth =
        requests.stream()
            .collect(
                Collectors.groupingBy(
                    request -> (int) (request.dueSeconds() * 10),
                    TreeMap::new,
                    Collectors.toList()));
    List<Slice> slices = new ArrayList<>();
    byTenth.forEach(
        (tenth, due) ->
            slices.add(
                new Slice(
                    tenth / 10.0,
                    due.size(),
                    (int) due.stream().filter(ChaosLoad.Request::failed).count(),
                    due.stream()
                            .max(Comparator.comparingDouble(ChaosLoad.Request::tookSeconds))
                            .orElseThrow()
                            .tookSeconds()
                        * 1e3)));
    return slices;
  }
}
