package io.tidegate.agent.vip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tidegate.agent.linux.NetworkNamespaces;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What somebody has removed of rules and addresses comes back. */
@Timeout(120)
class VipRepairTest {

  @RegisterExtension final VipFixture net = new VipFixture();

  @Test
  void writesAgainWhatSomebodyHasRemoved() throws Exception {
    net.begun();
    net.overlay().sandbox.run("nft delete table inet tidegate_vips");
    removeAddress();

    await()
        .atMost(Duration.ofSeconds(30))
        .ignoreExceptions()
        .untilAsserted(() -> assertThat(net.asked(80)).isIn("a", "b"));
  }

  @Test
  void addsAnAddressAgainThatSomebodyHasRemovedBeforeClientsGiveUp() throws Exception {
    VipAgent agent = net.begun();
    for (int i = 0; i < 3; i++) {
      removeAddress();
      assertThat(net.asked(80)).isIn("a", "b");
      assertThat(agent.keeper.status().error()).isNull();
    }
  }

  private void removeAddress() throws IOException {
    net.overlay().sandbox.run("ip addr del 10.30.0.100/32 dev eth0");
  }

  @Test
  void looksAgainShortlyAfterAChangeOfTasks() throws Exception {
    VipAgent agent = net.begun();
    for (int i = 0; i < 5; i++) {
      agent.publish(Overlay.VIP, VipFixture.A);
      Thread.sleep(50L * i);
      removeAddress();
      long startNanos = System.nanoTime();
      await().pollInterval(Duration.ofMillis(10)).until(this::hasAddress);
      assertThat(Duration.ofNanos(System.nanoTime() - startNanos))
          .as("%d ms after a change", 50 * i)
          .isLessThan(Duration.ofMillis(1_500));
    }
  }

  private boolean hasAddress() throws IOException {
    return NetworkNamespaces.isHeld(net.overlay().path(), Overlay.VIP);
  }
}
