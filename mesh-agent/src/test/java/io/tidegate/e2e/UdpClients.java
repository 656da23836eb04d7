package io.tidegate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Many UDP clients of one port of one node, each of which has a session with one of its tasks. */
final class UdpClients implements AutoCloseable {

  private final Place place;
  private final List<Session> sessions = new ArrayList<>();

  /** A client, and what its task answers. */
  private record Session(UdpClient client, String task) {

    void assertStays() throws IOException {
      assertThat(client.ask()).isEqualTo(task);
    }
  }

  UdpClients(Place place, String node, int port, int count) {
    this.place = place;
    place.call(
        () -> {
          for (int i = 0; i < count; i++) {
            UdpClient client = new UdpClient(Lab.address(node), port);
            sessions.add(new Session(client, client.ask()));
          }
          return count;
        });
  }

  /** What the task of the first of them answers. */
  String firstTask() {
    return sessions.getFirst().task;
  }

  void assertStay(int times) {
    for (int i = 0; i < times; i++) {
      assertStay(sessions);
    }
  }

  private void assertStay(List<Session> some) {
    place.call(
        () -> {
          for (Session session : some) {
            session.assertStays();
          }
          return true;
        });
  }

  /**
   * Asks each whose task was killed just now, and all others in between, which spreads the moments
   * over the time until the node knows of it. Each must be answered, by another task and within the
   * client's patience; returns how many milliseconds that took, for each.
   */
  List<Long> assertGoOnWithout(String task) {
    List<Session> killed = sessions.stream().filter(s -> s.task.equals(task)).toList();
    List<Session> others = sessions.stream().filter(s -> !s.task.equals(task)).toList();
    List<Long> tookMillis = new ArrayList<>();
    for (Session session : killed) {
      long askedNanos = System.nanoTime();
      assertThat(place.call(session.client::ask)).startsWith("task=").isNotEqualTo(task);
      tookMillis.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - askedNanos));
      assertStay(others);
    }
    return tookMillis;
  }

  @Override
  public void close() {
    sessions.forEach(session -> session.client.close());
  }
}
