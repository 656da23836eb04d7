package io.tidegate.proxy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.LinuxSocket;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class UdpUnansweredTest {

  private final UdpUnanswered unanswered = new UdpUnanswered();
  private final UdpUnanswered.Place place = new UdpUnanswered.Place();
  private final LinuxSocket sender;
  private final DatagramSocket receiver;

  UdpUnansweredTest() throws IOException {
    Epoll.ensureAvailability();
    sender = LinuxSocket.newSocketDgram(false);
    receiver = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    receiver.setSoTimeout(5_000);
    sender.connect(receiver.getLocalSocketAddress());
  }

  @AfterEach
  void close() throws IOException {
    sender.close();
    receiver.close();
  }

  @Test
  void hasNothingToBeginWithNorWhatWasForgotten() {
    assertThat(unanswered.has(place)).isFalse();
    put(place, "a");
    assertThat(unanswered.has(place)).isTrue();
    place.forget();
    assertThat(unanswered.has(place)).isFalse();
  }

  @Test
  void sendsWhatWasPutLast() throws IOException {
    put(place, "a longer one before");
    put(place, "last");
    assertThat(sent(place)).isEqualTo("last");
  }

  @Test
  void sendsAnEmptyDatagram() throws IOException {
    put(place, "");
    assertThat(unanswered.has(place)).isTrue();
    assertThat(sent(place)).isEmpty();
  }

  @Test
  void keepsNothingThatIsTooLongNorWhatCameBeforeThat() {
    put(place, "x".repeat(UdpUnanswered.LONGEST_BYTES));
    assertThat(unanswered.has(place)).isTrue();
    put(place, "x".repeat(UdpUnanswered.LONGEST_BYTES + 1));
    assertThat(unanswered.has(place)).isFalse();
  }

  @Test
  void losesWhatWasWrittenOver() {
    put(place, "a");
    int half = UdpUnanswered.BYTES / UdpUnanswered.LONGEST_BYTES / 2;
    fill(half);
    assertThat(unanswered.has(place)).isTrue();
    fill(half);
    assertThat(unanswered.has(place)).isFalse();
  }

  @Test
  void keepsWhatIsPutAgainAndAgainAmongMany() throws IOException {
    Random random = new Random(1);
    for (int i = 0; i < 20_000; i++) {
      String text = "x".repeat(random.nextInt(200)) + i;
      put(place, text);
      fill(random.nextInt(3));
      if (i % 97 == 0) {
        assertThat(sent(place)).isEqualTo(text);
      }
    }
  }

  @Test
  void busySessionsUseNothingUp() {
    put(place, "kept");
    List<UdpUnanswered.Place> busy = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      busy.add(new UdpUnanswered.Place());
    }
    for (int round = 0; round < 1_000; round++) {
      busy.forEach(other -> put(other, "datagram"));
    }
    assertThat(unanswered.has(place)).isTrue();
    assertThat(busy).allMatch(unanswered::has);
  }

  private void fill(int count) {
    for (int i = 0; i < count; i++) {
      put(new UdpUnanswered.Place(), "x".repeat(UdpUnanswered.LONGEST_BYTES));
    }
  }

  private void put(UdpUnanswered.Place target, String text) {
    byte[] bytes = text.getBytes(UTF_8);
    unanswered.put(target, MemorySegment.ofArray(bytes), 0, bytes.length);
  }

  /** What arrives when it is sent again. */
  private String sent(UdpUnanswered.Place source) throws IOException {
    unanswered.sendAgain(source, sender.intValue());
    DatagramPacket packet = new DatagramPacket(new byte[4_096], 4_096);
    receiver.receive(packet);
    return new String(packet.getData(), 0, packet.getLength(), UTF_8);
  }
}
