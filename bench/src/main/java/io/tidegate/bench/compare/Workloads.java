package io.tidegate.bench.compare;

import io.tidegate.bench.compare.load.Bulk;
import io.tidegate.bench.compare.load.ConnectClose;
import io.tidegate.bench.compare.load.KeepAlive;
import io.tidegate.bench.compare.load.UdpRoundTrips;
import io.tidegate.bench.compare.report.Figure;
import io.tidegate.bench.compare.report.Figure.Group;
import java.util.ArrayList;
import java.util.List;

/** What can be measured. */
final class Workloads {

  /** The CPU time of everybody, beside that of the proxy. */
  static final String ADDED = "added";

  static final String LATENCY = "latency";
  static final String MEMORY = "memory";
  static final String START = "start";
  static final String SYSCALLS = "syscalls";

  /** Clients of those workloads that are made of requests. */
  static final int CLIENTS = 32;

  static final String CONNECT_CLOSE = "connect-close";
  static final String UDP = "udp";

  private static final double GIB = 1L << 30;
  private static final int SMALL_ANSWER_BYTES = 2;

  static final List<CpuWorkload> CPU =
      List.of(
          bulk("bulk-1-up", "1 flow, client to task", Bulk.Direction.TO_TASK, 1),
          bulk("bulk-1-down", "1 flow, task to client", Bulk.Direction.TO_CLIENT, 1),
          bulk("bulk-16-up", "16 flows, client to task", Bulk.Direction.TO_TASK, 16),
          bulk("bulk-16-down", "16 flows, task to client", Bulk.Direction.TO_CLIENT, 16),
          keepAlive("keep-alive-2", "2 B", SMALL_ANSWER_BYTES),
          keepAlive("keep-alive-1k", "1 KiB", 1 << 10),
          keepAlive("keep-alive-16k", "16 KiB", 16 << 10),
          keepAlive("keep-alive-256k", "256 KiB", 256 << 10),
          connectClose(),
          udp());

  private Workloads() {}

  /** What is measured unless something is asked for. */
  static List<String> usual() {
    List<String> names = new ArrayList<>(CPU.stream().map(CpuWorkload::name).toList());
    names.addAll(List.of(LATENCY, SYSCALLS, MEMORY, START));
    return names;
  }

  static List<String> names() {
    List<String> names = usual();
    names.add(ADDED);
    return names;
  }

  /** What a word of the command line stands for: itself, or all that begin with it. */
  static List<String> named(String word) {
    return names().stream()
        .filter(name -> name.equals(word) || name.startsWith(word + "-"))
        .toList();
  }

  private static CpuWorkload bulk(String name, String title, Bulk.Direction direction, int flows) {
    return new CpuWorkload(
        new Figure(name, Group.BULK, title),
        GIB,
        false,
        (loop, target, responder) -> new Bulk(loop, target, responder, direction, flows));
  }

  private static CpuWorkload keepAlive(String name, String size, int answerBytes) {
    return new CpuWorkload(
        new Figure(name, Group.KEEP_ALIVE, "request of 64 B, answer of " + size),
        10_000,
        false,
        (loop, target, responder) -> new KeepAlive(loop, target, responder, CLIENTS, answerBytes));
  }

  private static CpuWorkload connectClose() {
    return new CpuWorkload(
        new Figure(CONNECT_CLOSE, Group.CONNECT, "request of 64 B, answer of 2 B"),
        10_000,
        false,
        (loop, target, responder) ->
            new ConnectClose(loop, target, responder, CLIENTS, SMALL_ANSWER_BYTES));
  }

  private static CpuWorkload udp() {
    return new CpuWorkload(
        new Figure(UDP, Group.UDP, "datagrams of 64 B"),
        100_000,
        true,
        (loop, target, responder) -> new UdpRoundTrips(loop, target, responder, CLIENTS));
  }
}
