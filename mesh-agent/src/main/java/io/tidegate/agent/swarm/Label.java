package io.tidegate.agent.swarm;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One label with what it declares for each service. A bad value changes nothing: the last good one
 * stays in force, and each new bad value is told once.
 */
final class Label<T> {

  private static final Logger LOG = LoggerFactory.getLogger(Label.class);

  private record InForce<T>(T value, @Nullable String text) {}

  private final String name;
  private final Function<String, T> parser;
  private final T byDefault;
  private final Map<String, InForce<T>> byService = new HashMap<>();
  private long rejected;

  /**
   * @param parser throws IllegalArgumentException naming the value and what is allowed
   */
  Label(String name, Function<String, T> parser, T byDefault) {
    this.name = name;
    this.parser = parser;
    this.byDefault = byDefault;
  }

  /** How many bad values there were. */
  long rejected() {
    return rejected;
  }

  /** What is in force for a service, known or not. */
  T of(String service) {
    InForce<T> inForce = byService.get(service);
    return inForce == null ? byDefault : inForce.value;
  }

  /** Takes note of a service's labels as they are now. */
  void read(String service, Map<String, String> labels) {
    String text = labels.get(name);
    InForce<T> before = byService.get(service);
    if (text == null) {
      byService.remove(service);
    } else if (before == null || !text.equals(before.text)) {
      byService.put(service, new InForce<>(parse(service, text), text));
    }
  }

  /** Forgets a service. */
  void forget(String service) {
    byService.remove(service);
  }

  /** Forgets every service but these. */
  void retain(Set<String> services) {
    byService.keySet().retainAll(services);
  }

  private T parse(String service, String text) {
    try {
      return parser.apply(text);
    } catch (IllegalArgumentException e) {
      rejected++;
      LOG.warn("service {}: label {}: {}; {} stays", service, name, e.getMessage(), of(service));
      return of(service);
    }
  }
}
