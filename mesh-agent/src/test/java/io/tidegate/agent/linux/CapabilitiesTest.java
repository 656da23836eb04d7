package io.tidegate.agent.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class CapabilitiesTest {

  @Test
  void readsTheEffectiveSetAndNoOther() throws Exception {
    List<String> status =
        List.of(
            "Name:\tjava",
            "CapInh:\t0000000000000000",
            "CapPrm:\t000001ffffffffff",
            "CapEff:\t0000000000201400",
            "CapBnd:\t000001ffffffffff");

    Capabilities capabilities = Capabilities.parse(status);

    assertThat(capabilities.effective())
        .containsExactly(Capability.NET_BIND_SERVICE, Capability.NET_ADMIN, Capability.SYS_ADMIN);
    assertThat(capabilities.has(Capability.SYS_PTRACE)).isFalse();
    assertThat(capabilities.effective()).asString().contains("CAP_NET_ADMIN");
  }

  @Test
  void readsAnEmptySet() throws Exception {
    assertThat(Capabilities.parse(List.of("CapEff:\t0000000000000000")).effective()).isEmpty();
  }

  @Test
  void readsThoseOfThisProcess() throws Exception {
    assertThat(Capabilities.ofThisProcess()).isNotNull();
  }

  @Test
  void saysWhatIsMissing() {
    assertThatThrownBy(() -> Capabilities.parse(List.of("Name:\tjava")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("CapEff:");
  }
}
