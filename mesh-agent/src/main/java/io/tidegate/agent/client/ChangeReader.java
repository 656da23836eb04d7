package io.tidegate.agent.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads one agent's changes one after the other, whatever becomes of the agent in between. */
final class ChangeReader {

  /** Begins with the next change that there is. */
  static final String LAST = "last";

  private static final Duration LONGEST_WAIT = Duration.ofSeconds(20);
  private static final Duration GRACE = Duration.ofSeconds(10);
  private static final Duration PAUSE = Duration.ofMillis(250);

  private static final int MILLI_DIGITS = 3;

  private final AgentApi api;
  private final Consumer<String> tell;
  private String after;
  private @Nullable String since;
  private boolean isLost;

  /**
   * @param after a number or {@link #LAST}
   * @param tell gets what a person should know of the reading itself
   */
  ChangeReader(AgentApi api, String after, Consumer<String> tell) {
    this.api = api;
    this.after = after;
    this.tell = tell;
  }

  /**
   * What came next, after a while or none if nothing did.
   *
   * @param left how long to wait at the most
   * @throws ClientException if the agent refuses, or was never there
   */
  Iterable<JsonNode> read(Duration left) throws ClientException, InterruptedException {
    Duration wait = left.compareTo(LONGEST_WAIT) < 0 ? left : LONGEST_WAIT;
    // The first look does not wait, so that an agent that is not there shows at once.
    String query =
        since == null ? "" : "&wait=" + BigDecimal.valueOf(wait.toMillis(), MILLI_DIGITS);
    JsonNode answer;
    try {
      answer = api.json("/api/v1/changes?after=" + after + query, wait.plus(GRACE));
    } catch (AgentAbsentException e) {
      if (since == null) {
        throw e;
      }
      if (!isLost) {
        isLost = true;
        tell.accept(api.address() + ": the agent is gone; waiting for it");
      }
      Thread.sleep(PAUSE);
      return List.of();
    }
    return accept(answer);
  }

  private Iterable<JsonNode> accept(JsonNode answer) {
    String begun = answer.path("since").asText();
    if (since != null && !since.equals(begun)) {
      tell.accept("the agent was started again; what changed meanwhile is not known");
      since = begun;
      isLost = false;
      after = "0";
      return List.of();
    }
    if (isLost) {
      tell.accept("the agent answers again");
    }
    since = begun;
    isLost = false;
    if (answer.path("missed").asLong() > 0) {
      tell.accept(answer.path("missed").asText() + " changes missed: they came too fast");
    }
    JsonNode changes = answer.path("changes");
    JsonNode last = changes.path(changes.size() - 1).path("sequence");
    after = last.isMissingNode() ? answer.path("last").asText() : last.asText();
    return changes;
  }
}
