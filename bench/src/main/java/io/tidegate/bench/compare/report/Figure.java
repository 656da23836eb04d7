package io.tidegate.bench.compare.report;

/**
 * One thing that is measured of each contender; less is better.
 *
 * @param id as in the JSON file, {@code keep-alive-1k}
 * @param group what it is a case of
 * @param title what is special about it, for people
 */
public record Figure(String id, Group group, String title) {

  /** Figures that are measured alike, with what their values are counted in. */
  public enum Group {
    BULK("CPU of the proxy per GiB relayed", "s"),
    KEEP_ALIVE("CPU of the proxy per 10,000 keep-alive requests", "s"),
    CONNECT("CPU of the proxy per 10,000 times connect, request, close", "s"),
    UDP("CPU of the proxy per 100,000 UDP round trips", "s"),
    ADDED("CPU that the proxy adds to the whole machine", "s"),
    LATENCY("Latency that the proxy adds to a request at half load", "µs"),
    MEMORY("Memory of the proxy per idle relay", "B"),
    START("From exec to the first answer through the proxy", "ms"),
    SYSCALLS("System calls of the proxy", "calls");

    private final String title;
    private final String unit;

    Group(String title, String unit) {
      this.title = title;
      this.unit = unit;
    }

    public String title() {
      return title;
    }

    public String unit() {
      return unit;
    }
  }

  public String unit() {
    return group.unit();
  }
}
