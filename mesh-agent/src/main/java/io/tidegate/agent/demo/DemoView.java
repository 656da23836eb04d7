package io.tidegate.agent.demo;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The small Swarm as others may see it, at one moment.
 *
 * @param events the latest ones, the newest last
 * @param next the step of the script that comes next
 * @param nextAt when it comes, since the start of the demo
 * @param published the services whose port is published now
 * @param processes the tasks' processes by task id
 */
record DemoView(
    List<Event> events,
    String next,
    Duration nextAt,
    Set<String> published,
    Map<String, Responder> processes) {

  /**
   * Something that happened.
   *
   * @param number counts up from 1
   * @param at since the start of the demo
   */
  record Event(long number, Duration at, String text) {}

  DemoView {
    events = List.copyOf(events);
    published = Set.copyOf(published);
    processes = Map.copyOf(processes);
  }
}
