package io.tidegate.agent.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IpvsTest {

  @TempDir Path root;

  @BeforeEach
  void describeKernel() throws Exception {
    write("proc/sys/kernel/osrelease", "6.1.0-18-amd64\n");
  }

  @Test
  void isPresentWhenLoaded() throws Exception {
    write("proc/net/ip_vs", "IP Virtual Server version 1.2.1 (size=4096)\n");

    assertThat(Ipvs.detect(root)).isEqualTo(new Ipvs(Ipvs.State.PRESENT, "/proc/net/ip_vs exists"));
  }

  @Test
  void isPresentWhenBuiltIn() throws Exception {
    write("lib/modules/6.1.0-18-amd64/modules.builtin", "kernel/net/netfilter/ipvs/ip_vs.ko\n");

    assertThat(Ipvs.detect(root).state()).isEqualTo(Ipvs.State.PRESENT);
  }

  @Test
  void isLoadableWhenThereIsAModule() throws Exception {
    write(
        "lib/modules/6.1.0-18-amd64/modules.dep",
        "kernel/net/netfilter/ipvs/ip_vs_rr.ko: kernel/net/netfilter/ipvs/ip_vs.ko\n");

    assertThat(Ipvs.detect(root).state()).isEqualTo(Ipvs.State.LOADABLE);
  }

  @Test
  void isAbsentWhenTheModulesDoNotHaveIt() throws Exception {
    write("lib/modules/6.1.0-18-amd64/modules.dep", "kernel/net/ipv4/ip_gre.ko:\n");

    assertThat(Ipvs.detect(root))
        .isEqualTo(new Ipvs(Ipvs.State.ABSENT, "kernel 6.1.0-18-amd64 has no module ip_vs"));
  }

  @Test
  void admitsWhatItCannotSee() {
    assertThat(Ipvs.detect(root).state()).isEqualTo(Ipvs.State.ABSENT);
    assertThat(Ipvs.detect(root).reason()).contains("cannot be seen from here");
  }

  private void write(String path, String content) throws Exception {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }
}
