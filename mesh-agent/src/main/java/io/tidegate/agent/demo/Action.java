package io.tidegate.agent.demo;

/** One thing that can happen to the small Swarm. */
sealed interface Action {

  /** {@code scale web to 5}: more tasks start, or the last ones drain and stop. */
  record Scale(String service, int replicas) implements Action {}

  /** {@code kill web.2}: the process dies at once; Swarm notices later and starts a new task. */
  record Kill(String task) implements Action {}

  /** {@code replace web.1}: the task drains and stops, then a new one starts. */
  record Replace(String task) implements Action {}

  /** {@code update web}: every task is replaced, one after the other. */
  record Update(String service) implements Action {}

  /** {@code publish api}: the service's port appears. */
  record Publish(String service) implements Action {}

  /** {@code unpublish api}: the service's port goes, its tasks stay. */
  record Unpublish(String service) implements Action {}

  /**
   * Parses the words of one step.
   *
   * @throws IllegalArgumentException naming the text and what is allowed
   */
  static Action parse(String text) {
    String[] words = text.strip().split("\\s+", -1);
    return switch (words[0] + "/" + words.length) {
      case "scale/4" -> new Scale(words[1], Integer.parseInt(words[3]));
      case "kill/2" -> new Kill(words[1]);
      case "replace/2" -> new Replace(words[1]);
      case "update/2" -> new Update(words[1]);
      case "publish/2" -> new Publish(words[1]);
      case "unpublish/2" -> new Unpublish(words[1]);
      default ->
          throw new IllegalArgumentException(
              "action: "
                  + text
                  + " (expected: scale SERVICE to N, kill TASK, replace TASK, update SERVICE,"
                  + " publish SERVICE or unpublish SERVICE)");
    };
  }
}
