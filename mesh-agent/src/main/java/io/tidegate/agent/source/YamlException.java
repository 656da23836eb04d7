package io.tidegate.agent.source;

/** Content that is refused. The message names file and line: {@code routes.yml:7: endpoints: …}. */
public final class YamlException extends RuntimeException {

  private static final long serialVersionUID = 1;

  /**
   * @param line 0 where no line is to blame
   */
  public YamlException(String file, int line, String problem) {
    super(line > 0 ? file + ":" + line + ": " + problem : file + ": " + problem);
  }
}
