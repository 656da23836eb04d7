package io.tidegate.agent.labels;

import io.tidegate.routing.Policy;
import java.util.function.BiFunction;
import java.util.function.Function;

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

  /** One that says something of a service's policy. */
  static <T> Label policy(
      String name,
      String type,
      String byDefault,
      String meaning,
      Function<String, T> parser,
      BiFunction<Policy, T, Policy> adder) {
    return new Label(
        name,
        type,
        byDefault,
        meaning,
        (declared, text) ->
            declared.withPolicy(adder.apply(declared.policy(), parser.apply(text))));
  }

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
