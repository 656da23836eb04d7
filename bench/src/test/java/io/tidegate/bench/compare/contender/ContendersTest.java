package io.tidegate.bench.compare.contender;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ContendersTest {

  private static final Place PLACE =
      new Place(Path.of("/folder"), Path.of("/folder/config"), 20_001, 20_002, 20_003, 6_000);

  private final List<Contender> all = Contenders.all(Path.of("/program/tidegate"));

  @Test
  void everyConfigurationNamesItsPortAndItsTask() {
    for (Contender contender : all) {
      assertThat(contender.config().text(PLACE))
          .as(contender.name())
          .contains("20001")
          .contains("20002");
    }
  }

  @Test
  void everyNameStandsOnce() {
    assertThat(all).extracting(Contender::name).doesNotHaveDuplicates().contains("tidegate");
  }

  @Test
  void tidegateIsToldWhereItsRoutesAre() {
    Contender splicing =
        all.stream().filter(c -> c.name().equals("tidegate-splice")).findFirst().orElseThrow();
    assertThat(splicing.command().arguments(PLACE))
        .startsWith("agent", "--source", "file:/folder/config")
        .contains("127.0.0.1:20003")
        .endsWith("--relay-mode", "splice");
  }
}
