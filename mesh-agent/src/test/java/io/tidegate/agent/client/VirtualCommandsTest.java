package io.tidegate.agent.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.agent.admin.WebTopology;
import org.junit.jupiter.api.Test;

/** What the commands say of virtual addresses. */
class VirtualCommandsTest extends CommandsFixture {

  @Test
  void showsRoutesOfVirtualAddressesBehindThoseOfPorts() {
    view.routeVirtual();
    assertThat(execute("routes")).isZero();
    assertThat(lines())
        .containsSequence(
            "8080/tcp  web      2 ready, 1 draining, 1 unreachable       0       0  bound",
            "",
            "NETWORK  VIRTUAL IP  SERVICE  TASKS                   ACTIVE  TCP  UDP  FAILED",
            "backend  10.0.1.2    web      1 ready, 1 unreachable       0    0    0       0");
    assertThat(execute("routes", "web")).isZero();
    assertThat(lines())
        .containsSequence(
            "NETWORK  VIRTUAL IP    SERVICE  TASK   NODE      STATE        ADDRESS   ACTIVE  RELAYED",
            "backend  10.0.1.2/tcp  web      web.1  n1        ready        10.0.1.7       0        0",
            "                                web.4  worker-2  unreachable  -              0        0");
    assertThat(execute("resolve", "web")).isZero();
    assertThat(lines())
        .anyMatch(
            line -> line.startsWith("virtual IPs 10.0.1.2 on backend: 1 ready, 1 unreachable"));
    assertThat(execute("status")).isZero();
    assertThat(lines())
        .contains(
            "table       version 7, 12s old, 1 routes, 1 of 1 ports bound; 2 routes of virtual IPs");
  }

  @Test
  void saysHowVirtualAddressesFare() {
    assertThat(execute("status")).isZero();
    assertThat(lines()).contains("vips        left to Docker, as it was told");
    view.serveVips("setns: EPERM");
    assertThat(execute("status")).isZero();
    assertThat(lines())
        .containsSequence(
            "vips        by the test",
            "            2 addresses on backend (1 added), whose clients come to 10.0.1.3 in /ns/lb_net1",
            "            setns: EPERM, 4 failures");
  }

  @Test
  void releasesVirtualAddressesAndSaysWhereNobodyServesThemMeanwhile() {
    view.serveVips(null);
    assertThat(execute("release")).isZero();
    assertThat(lines())
        .containsExactly(
            "released: new clients are Docker's, until --undo or the agent's next start",
            "1 virtual addresses are served by nobody until then: the kernel has no IPVS");
    assertThat(execute("status")).isZero();
    assertThat(lines()).anyMatch(line -> line.contains("released: none are served here"));
    assertThat(execute("release", "--undo")).isZero();
    assertThat(lines()).contains("taken over: 0 ports, 2 virtual addresses");
  }

  @Test
  void showsWhoCallsByVirtualAddressApartFromPublishedPorts() {
    view.routeVirtual();
    assertThat(execute("status")).isZero();
    assertThat(lines()).contains("traffic     published ports: 0 active, 0 relayed, 0 failed");

    view.callVirtual();
    assertThat(execute("status")).isZero();
    assertThat(lines())
        .containsSequence(
            "traffic     published ports: 0 active, 0 relayed, 0 failed",
            "            virtual IPs on backend: 2 active, 7 relayed, 1 failed");
    assertThat(execute("routes")).isZero();
    assertThat(lines())
        .contains("backend  10.0.1.2    web      1 ready, 1 unreachable       2    3    4       1");
    assertThat(execute("routes", "web")).isZero();
    assertThat(lines())
        .contains(
            "backend  10.0.1.2/tcp  web      web.1  n1        ready        10.0.1.7       2        3");
  }

  @Test
  void saysWhichTasksClientsOfAVirtualAddressGet() {
    view.settle(WebTopology.inside(view.nowNanos, null));
    view.serveVips(null);
    assertThat(execute("resolve", "10.0.1.2:80")).isZero();
    assertThat(lines())
        .containsSequence(
            "virtual IPs 10.0.1.2 on backend: 1 ready, 1 unreachable",
            "            10.0.0.5 on ingress",
            "",
            "10.0.1.2 on backend, tcp, any port: p2c among 1 of 2 tasks",
            "",
            "TASK   ID    NODE           STATE        REACH    ADDRESS   ACTIVE  SOURCE      AGE")
        .anyMatch(line -> line.matches("web.1 +t1aa +n1 +ready +overlay +10.0.1.7 +0 .*"))
        .endsWith("web.4 is unreachable: not on the network")
        .allMatch(line -> line.length() <= Columns.WIDTH);
  }

  @Test
  void saysWhyAVirtualAddressIsNotServed() {
    view.settle(WebTopology.inside(view.nowNanos, "left to Docker: by the test"));
    assertThat(execute("resolve", "web", "--network=backend")).isZero();
    assertThat(lines())
        .containsSequence(
            "", "10.0.1.2 on backend, tcp, any port: not served here: left to Docker: by the test")
        .noneMatch(line -> line.startsWith("TASK"));
    assertThat(execute("resolve", "web", "--network=lab")).isEqualTo(1);
    assertThat(err.toString())
        .isEqualTo(
            "resolve: network: lab: web has no virtual IP there (expected: backend, ingress)\n");
  }
}
