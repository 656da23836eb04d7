package io.tidegate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.metrics.Imitated;
import io.tidegate.routing.Cidr;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.Reach;
import io.tidegate.routing.Task;
import io.tidegate.routing.TaskState;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TransparencyTest {

  private static final Transparency NODE =
      new Transparency(null, List.of(Cidr.parse("172.18.0.0/16"), Cidr.parse("203.0.113.7")));
  private static final InetAddress TASK = InetAddress.ofLiteral("172.18.0.3");

  private static InetSocketAddress client(String address) {
    return new InetSocketAddress(InetAddress.ofLiteral(address), 40_000);
  }

  private static Endpoint endpoint(Reach reach) {
    return Endpoint.of(new Task("t", "web.1", "n", TaskState.RUNNING, reach), 80);
  }

  private static Endpoint local(InetAddress address) {
    return endpoint(Reach.local(address, "given by the test"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "172.18.4.4",
        "203.0.113.7",
        "127.0.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "ff02::1"
      })
  void takesForNearWhoIsHereOrNobody(String address) {
    assertThat(NODE.isNear(InetAddress.ofLiteral(address))).isTrue();
    assertThat(Imitation.obstacle(NODE, local(TASK), client(address))).isEqualTo(Imitated.NEAR);
  }

  @ParameterizedTest
  @ValueSource(strings = {"203.0.113.8", "172.19.0.1", "10.0.0.1", "2001:db8::1", "fd00::1"})
  void takesNobodyElseForNear(String address) {
    assertThat(NODE.isNear(InetAddress.ofLiteral(address))).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "198.51.100.1, 172.18.0.3, ",
    "2001:db8::1, fd00::3, ",
    "2001:db8::1, 172.18.0.3, FAMILY",
    "198.51.100.1, fd00::3, FAMILY"
  })
  void letsClientsOfTheTasksFamilyBeImitated(String client, String task, Imitated expected) {
    assertThat(Imitation.obstacle(NODE, local(InetAddress.ofLiteral(task)), client(client)))
        .isEqualTo(expected);
  }

  @Test
  void saysWhatElseIsInTheWay() {
    InetSocketAddress far = client("198.51.100.1");
    Endpoint overlay = endpoint(Reach.overlay(TASK, "/netns", "given by the test"));
    Endpoint direct = endpoint(Reach.direct(TASK, 80, "given by the test"));
    Transparency unable = Transparency.not("CAP_NET_ADMIN is missing");

    assertThat(Imitation.obstacle(NODE, overlay, far)).isEqualTo(Imitated.NO_AGENT);
    assertThat(Imitation.obstacle(NODE, direct, far)).isEqualTo(Imitated.NO_AGENT);
    assertThat(Imitation.obstacle(NODE, local(TASK), null)).isEqualTo(Imitated.NO_ADDRESS);
    assertThat(Imitation.obstacle(unable, local(TASK), far)).isEqualTo(Imitated.UNABLE);
  }
}
