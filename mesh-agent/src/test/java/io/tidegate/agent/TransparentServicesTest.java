package io.tidegate.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.routing.ClientAddress;
import io.tidegate.routing.ClientIp;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Service;
import io.tidegate.routing.Topology;
import java.util.List;
import org.junit.jupiter.api.Test;

class TransparentServicesTest {

  private static final Policy TRANSPARENT =
      Policy.DEFAULT.withClientAddress(ClientAddress.DEFAULT.withTold(ClientIp.TRANSPARENT));

  private final TransparentServices services = new TransparentServices();

  @Test
  void areThereWhileOneAsks() {
    Service plain = service("a", Policy.DEFAULT);

    assertThat(services.areIn(topology(plain))).isFalse();
    assertThat(services.areIn(topology(plain, service("b", TRANSPARENT)))).isTrue();
    assertThat(services.areIn(topology(service("a", TRANSPARENT), service("b", TRANSPARENT))))
        .isTrue();
    assertThat(services.areIn(topology(plain, service("b", TRANSPARENT)))).isTrue();
  }

  @Test
  void areGoneWithTheLastThatAsks() {
    assertThat(services.areIn(topology(service("a", TRANSPARENT)))).isTrue();
    assertThat(services.areIn(topology(service("a", Policy.DEFAULT)))).isFalse();

    assertThat(services.areIn(topology(service("a", TRANSPARENT)))).isTrue();
    assertThat(services.areIn(topology())).isFalse();
  }

  private static Topology topology(Service... services) {
    return new Topology(List.of(services));
  }

  private static Service service(String name, Policy policy) {
    return new Service(name, name, policy, List.of(), List.of());
  }
}
