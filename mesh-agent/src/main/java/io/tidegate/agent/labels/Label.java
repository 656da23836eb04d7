package io.tidegate.agent.labels;

import java.util.function.BiFunction;

/**
 * One thing that a service can declare.
 *
 * @param name as in {@code tidegate.udp.responses}
 * @param type what a value looks like, for people
 * @param byDefault what holds without the label, for people
 * @param meaning one or more sentences
 * @param parser adds what a value declares; throws IllegalArgumentException with the value and what
 *     is allowed
 */
public record Label(
    String name,
    String type,
    String byDefault,
    String meaning,
    BiFunction<Declared, String, Declared> parser) {

  /** What the name of every label begins with. */
  public static final String PREFIX = "tidegate.";

  /** What it is called in a file of routes, as in {@code udp-responses}. */
  public String key() {
    return name.substring(PREFIX.length()).replace('.', '-');
  }

  /**
   * Adds what a value declares to what others have declared.
   *
   * @throws IllegalArgumentException naming the value and what is allowed
   */
  public Declared parse(Declared before, String value) {
    return parser.apply(before, value);
  }
}
