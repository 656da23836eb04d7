package io.tidegate.agent.lint;

/**
 * Something that is wrong with a service.
 *
 * @param line in the file, or 0 where there is none
 * @param what as in {@code label tidegate.balance} or {@code port 8443/tcp}
 * @param value as it was written
 * @param other the service on the other side, or empty if there is none
 * @param problem what is wrong with it and what is allowed, with the value where that helps
 */
record Fault(int line, String service, String other, String what, String value, String problem) {

  /** Whether a service has to do with it, on either side. */
  boolean concerns(String name) {
    return name.equals(service) || name.equals(other);
  }

  /**
   * One line for people.
   *
   * @param file how to call it, or empty if there is none
   */
  String text(String file) {
    String where = file.isEmpty() ? "" : file + ":" + line + ": ";
    return "%sservice %s: %s: %s".formatted(where, service, what, problem);
  }
}
