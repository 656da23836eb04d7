package io.tidegate.overload;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DescriptorsTest {

  @Test
  void countsThoseThatAreOpen() throws IOException {
    Descriptors descriptors = new Descriptors(System::nanoTime);
    long before = descriptors.open();
    List<SocketChannel> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < 50; i++) {
        sockets.add(SocketChannel.open());
      }
      assertThat(descriptors.open()).isBetween(before + 45, before + 55);
    } finally {
      for (SocketChannel socket : sockets) {
        socket.close();
      }
    }
    assertThat(descriptors.ratio()).isNotEmpty();
  }

  @Test
  void keepsSomeBackHoweverFewThereAre() {
    assertThat(Descriptors.forClients(1_048_576)).isEqualTo(1_048_064);
    assertThat(Descriptors.forClients(1_024)).isEqualTo(512);
    assertThat(Descriptors.forClients(300)).isEqualTo(150);
  }
}
