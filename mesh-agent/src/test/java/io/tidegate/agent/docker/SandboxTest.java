package io.tidegate.agent.docker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class SandboxTest {

  @Test
  void saysWhatToLookAtWhereThereIsNone() {
    assertThat(Sandbox.in(Path.of("/none-such")).error())
        .contains("/none-such/ingress_sbox does not exist")
        .contains("rslave");
  }
}
