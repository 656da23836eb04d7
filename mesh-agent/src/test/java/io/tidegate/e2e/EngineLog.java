package io.tidegate.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What an engine wrote before it was gone: its log goes with the lab. */
final class EngineLog {

  private static final Logger LOG = LoggerFactory.getLogger(EngineLog.class);

  private static final int LINES = 200;
  private static final Map<String, Integer> TOLD = new ConcurrentHashMap<>();

  private EngineLog() {}

  /** Tells the end of what was not told yet. */
  static void tell(String node) {
    try {
      List<String> lines = Files.readAllLines(Lab.engineLog(node));
      int from = TOLD.getOrDefault(node, 0);
      TOLD.put(node, lines.size());
      if (from < lines.size()) {
        int last = Math.max(from, lines.size() - LINES);
        String end = String.join("\n", lines.subList(last, lines.size()));
        LOG.warn("the engine of {} is gone; the end of its log:\n{}", node, end);
      }
    } catch (IOException e) {
      LOG.warn("the engine of {} is gone, and its log: {}", node, e.toString());
    }
  }
}
