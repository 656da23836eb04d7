package io.tidegate.agent.labels;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Finds what somebody who mistyped a word may have meant. */
public final class Nearest {

  private Nearest() {}

  /** The candidate with the fewest edits; there must be one. */
  public static String of(String word, Collection<String> candidates) {
    return candidates.stream()
        .min(Comparator.comparingInt((String c) -> edits(word, c)).thenComparing(c -> c))
        .orElseThrow();
  }

  /** The candidates with the fewest edits, the nearest first, so many of them at the most. */
  public static List<String> several(String word, Collection<String> candidates, int most) {
    Map<String, Integer> edits = new HashMap<>();
    candidates.forEach(candidate -> edits.computeIfAbsent(candidate, c -> edits(word, c)));
    return edits.entrySet().stream()
        .sorted(
            Map.Entry.<String, Integer>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
        .limit(most)
        .map(Map.Entry::getKey)
        .toList();
  }

  // Levenshtein's distance, one row at a time.
  private static int edits(String from, String to) {
    int[] row = new int[to.length() + 1];
    for (int j = 0; j <= to.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[to.length()];
  }
}
