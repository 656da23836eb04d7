package io.tidegate.agent.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AgendaTest {

  private final Agenda agenda = new Agenda();
  private final List<String> done = new ArrayList<>();

  @Test
  void runsWhatIsDueInTheOrderOfTimeThenOfAdding() {
    agenda.after(20, () -> done.add("c"));
    agenda.after(10, () -> done.add("a"));
    agenda.after(10, () -> done.add("b"));
    agenda.advance(19);
    assertThat(done).containsExactly("a", "b");
    assertThat(agenda.nextNanos()).isEqualTo(20);
  }

  @Test
  void countsDelaysFromTheTimeOfTheEntryThatAddsThem() {
    agenda.after(10, () -> agenda.after(5, () -> done.add("at " + agenda.nowNanos())));
    agenda.advance(100);
    assertThat(done).containsExactly("at 15");
    assertThat(agenda.nowNanos()).isEqualTo(100);
  }
}
