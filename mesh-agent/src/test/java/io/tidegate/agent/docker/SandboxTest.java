package io.tidegate.agent.docker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SandboxTest {

  @Test
  void saysWhatToLookAtWhereThereIsNone() {
    assertThat(Sandbox.in(Path.of("/none-such")).error())
        .contains("/none-such/ingress_sbox does not exist")
        .contains("rslave");
    assertThat(Sandbox.in(Path.of("/none-such")).overlays()).isEmpty();
  }

  @Test
  void knowsTheNamespacesOfOverlayNetworksByTheBeginningOfTheirIds(@TempDir Path dir)
      throws IOException {
    Files.createFile(dir.resolve("lb_hn5mpqxx4"));
    Files.createFile(dir.resolve("1-hn5mpqxx4z"));
    Files.createFile(dir.resolve("b9dacc1b7fe5"));

    Sandbox sandbox = Sandbox.in(dir);

    assertThat(sandbox.overlay("hn5mpqxx4zr9d8v4gdvsxl9c1")).isEqualTo(dir + "/lb_hn5mpqxx4");
    assertThat(sandbox.overlay("another00zr9d8v4gdvsxl9c1")).isNull();
    assertThat(sandbox.overlay("short")).isNull();
    assertThat(sandbox.overlays()).hasSize(1);
    assertThat(sandbox.lost("why").overlays()).isEqualTo(sandbox.overlays());
  }
}
