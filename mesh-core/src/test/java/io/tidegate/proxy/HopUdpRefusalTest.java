package io.tidegate.proxy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.metrics.ConnectionResult;
import io.tidegate.metrics.DatagramResult;
import io.tidegate.metrics.ShardCounter;
import io.tidegate.routing.ClientAddress;
import io.tidegate.routing.ClientIp;
import io.tidegate.routing.Fallback;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.Reach;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of UDP sessions that the agent on a task's node does not take, and of that task. */
@Timeout(60)
class HopUdpRefusalTest {

  @RegisterExtension final UdpFixture udp = new UdpFixture();
  private final HopFixture hop = new HopFixture();

  @AfterEach
  void close() {
    hop.close();
  }

  private int serve(UdpTask refused, UdpTask there) {
    return hop.serve(
        Protocol.UDP,
        Policy.DEFAULT,
        hop.passed(refused.address(), hop.offer()),
        hop.passed(there.address(), hop.offer()));
  }

  private void assertAllCome(int port, String expected) throws IOException {
    for (int i = 0; i < 20; i++) {
      assertThat(udp.probe(port).ask("hello")).isEqualTo(expected);
    }
    assertThat(hop.far.shards.stats().shards().get(ShardCounter.HOPS_REFUSED)).isPositive();
  }

  /** As long as it is not known where the task is, and where there is no room to find out. */
  @ParameterizedTest
  @ValueSource(strings = {Reach.UNKNOWN_HOME, HopFixture.UNTOLD})
  void theyGoElsewhereWithoutAWordAgainstATaskThatNobodyAsked(String home) throws IOException {
    UdpTask unasked = udp.task("unasked");
    UdpTask there = udp.task("there");
    hop.tellFar(
        Protocol.UDP,
        Policy.DEFAULT,
        HopFixture.local(unasked.address(), home),
        HopFixture.local(there.address(), "home"));
    int port = serve(unasked, there);

    assertAllCome(port, "there hello");

    assertThat(unasked.received()).isZero();
    assertThat(hop.connectFailures(port)).isZero();
    assertThat(hop.outcomes).isEmpty();
    assertThat(hop.near.stats(port).connections()).containsEntry(ConnectionResult.OK, 20L);
  }

  @Test
  void theyGoElsewhereWhereATaskIsGoneAndThatCountsAgainstIt() throws IOException {
    UdpTask gone = udp.task("gone");
    UdpTask there = udp.task("there");
    hop.tellFar(Protocol.UDP, Policy.DEFAULT, HopFixture.local(there.address()));
    int port = serve(gone, there);

    assertAllCome(port, "there hello");

    assertThat(hop.connectFailures(port)).isPositive();
    assertThat(hop.outcomes).isEmpty();
  }

  @Test
  void theyAreRefusedWhereTheirTaskMustSeeThemAndCannot() throws IOException {
    Policy sternly =
        Policy.DEFAULT.withClientAddress(
            ClientAddress.DEFAULT.withTold(ClientIp.TRANSPARENT).withFallback(Fallback.REFUSE));
    UdpTask task = udp.task("a");
    int port = hop.serveFromFar(Protocol.UDP, sternly, task.address());
    udp.probe(port).send("hello".getBytes(UTF_8));

    Await.until(
        () ->
            hop.near.stats(port).connections().getOrDefault(ConnectionResult.NOT_TRANSPARENT, 0L)
                == 1);
    assertThat(hop.near.stats(port).connections()).containsEntry(ConnectionResult.REFUSED, 0L);
    assertThat(UdpFixture.in(hop.near, port, DatagramResult.REFUSED)).isEqualTo(1);
    assertThat(hop.connectFailures(port)).isZero();
    assertThat(task.received()).isZero();
    hop.awaitNothingOpen();
  }
}
