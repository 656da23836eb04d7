package io.tidegate.agent.demo;

import io.tidegate.proxy.Foothold;
import io.tidegate.routing.VirtualIp;
import java.net.Inet4Address;
import java.net.InetSocketAddress;

/**
 * A network of the small Swarm, with a virtual address and one port: addresses of loopback, which
 * are there without root. Everything behind them is the mesh's own.
 *
 * <pre>
 *   clients ──► 127.0.80.10, virtual ──► mesh ──► 127.0.81.1, 127.0.81.2, … of tasks
 * </pre>
 */
record DemoNetwork(int port) {

  static final String ID = "demo-backend";
  static final String NAME = "backend";

  private static final Inet4Address VIRTUAL = Inet4Address.ofLiteral("127.0.80.10");
  private static final String HERE = "loopback";
  private static final int TASKS = 254;

  /** Where clients inside the network find the service. */
  InetSocketAddress virtual() {
    return new InetSocketAddress(VIRTUAL, port);
  }

  VirtualIp virtualIp() {
    return new VirtualIp(ID, NAME, VIRTUAL).in(HERE);
  }

  Foothold foothold() {
    return new Foothold(HERE, HERE, VIRTUAL);
  }

  /**
   * Where a task listens; the addresses come round.
   *
   * @param number of the task, from 0 on
   */
  InetSocketAddress ofTask(int number) {
    return new InetSocketAddress(Inet4Address.ofLiteral("127.0.81." + (1 + number % TASKS)), port);
  }
}
