package io.tidegate.agent.labels;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What each service declares by its labels, from reading to reading. A bad value changes nothing:
 * the last good one stays in force. Each new bad value, and each unknown label, is told once.
 */
public final class ServiceLabels {

  private static final Logger LOG = LoggerFactory.getLogger(ServiceLabels.class);

  private final Map<String, Memory> byService = new HashMap<>();
  private long rejected;

  /** What is remembered of one service. */
  private static final class Memory {
    // The labels of ours as they were read last, and of those the values that are in force.
    private Map<String, String> read = Map.of();
    private final Map<String, String> good = new TreeMap<>();
    private final Set<String> unknown = new HashSet<>();
    private Declared declared = Declared.NOTHING;
  }

  /** How many bad values and unknown labels there were. */
  public long rejected() {
    return rejected;
  }

  /** What is in force for a service, known or not. */
  public Declared of(String service) {
    Memory memory = byService.get(service);
    return memory == null ? Declared.NOTHING : memory.declared;
  }

  /** Takes note of a service's labels as they are now, ours and others. */
  public void read(String service, Map<String, String> labels) {
    Map<String, String> ours = ours(labels);
    Memory memory = byService.get(service);
    if (memory == null) {
      if (ours.isEmpty()) {
        return;
      }
      memory = new Memory();
      byService.put(service, memory);
    }
    if (!ours.equals(memory.read)) {
      update(service, memory, ours);
    }
  }

  /** Forgets every service but these. */
  public void retain(Set<String> services) {
    byService.keySet().retainAll(services);
  }

  /** Forgets a service. */
  public void forget(String service) {
    byService.remove(service);
  }

  private static Map<String, String> ours(Map<String, String> labels) {
    Map<String, String> ours = Map.of();
    for (Map.Entry<String, String> label : labels.entrySet()) {
      if (label.getKey().startsWith(Label.PREFIX)) {
        ours = ours.isEmpty() ? new TreeMap<>() : ours;
        ours.put(label.getKey(), label.getValue());
      }
    }
    return ours;
  }

  private void update(String service, Memory memory, Map<String, String> ours) {
    memory.good.keySet().retainAll(ours.keySet());
    ours.forEach(
        (name, value) -> {
          Label label = Labels.named(name);
          if (label == null) {
            refuseUnknown(service, memory, name);
          } else if (!value.equals(memory.read.get(name))) {
            take(service, memory, label, value);
          }
        });
    memory.read = ours;
    memory.declared = declared(memory.good);
  }

  private static Declared declared(Map<String, String> good) {
    Declared declared = Declared.NOTHING;
    for (Map.Entry<String, String> label : good.entrySet()) {
      @Nullable Label known = Labels.named(label.getKey());
      declared = known == null ? declared : known.parse(declared, label.getValue());
    }
    return declared;
  }

  private void take(String service, Memory memory, Label label, String value) {
    try {
      label.parse(Declared.NOTHING, value);
      memory.good.put(label.name(), value);
    } catch (IllegalArgumentException e) {
      rejected++;
      String stays = memory.good.getOrDefault(label.name(), "the default");
      LOG.warn("service {}: label {}: {}; {} stays", service, label.name(), e.getMessage(), stays);
    }
  }

  private void refuseUnknown(String service, Memory memory, String name) {
    if (memory.unknown.add(name)) {
      rejected++;
      LOG.warn("service {}: label {}: unknown (nearest: {})", service, name, Labels.nearest(name));
    }
  }
}
