package io.tidegate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.epoll.LinuxSocket;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UdpClientTest {

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1"})
  void isTheSameFromItsAddressesAsFromWhatItSends(String host) throws Exception {
    InetAddress address = InetAddress.ofLiteral(host);
    boolean ipv6 = host.contains(":");
    LinuxSocket socket = LinuxSocket.newSocketDgram(ipv6);
    UdpPacketInfo packetInfo = ipv6 ? UdpPacketInfo.IPV6 : UdpPacketInfo.IPV4;
    try (DatagramSocket sender = new DatagramSocket(0, address)) {
      packetInfo.enable(socket);
      socket.bind(new InetSocketAddress(address, 0));
      sender.send(new DatagramPacket(new byte[1], 1, socket.localAddress()));
      UdpClient client = receive(socket, packetInfo);

      InetSocketAddress from = new InetSocketAddress(address, sender.getLocalPort());
      assertThat(UdpClient.of(from, address)).isEqualTo(client).hasSameHashCodeAs(client);
      assertThat(UdpClient.of(from, address).address()).isEqualTo(from);
    } finally {
      socket.close();
    }
  }

  private static UdpClient receive(LinuxSocket socket, UdpPacketInfo packetInfo) {
    UdpBatch batch = new UdpBatch(packetInfo);
    Await.until(() -> batch.receive(socket.intValue()) == 1);
    UdpClient client = new UdpClient();
    batch.readClient(0, client);
    return client;
  }

  @Test
  void isAnotherFromAnotherPortOrToAnotherAddress() {
    InetAddress near = InetAddress.ofLiteral("127.0.0.1");
    UdpClient client = UdpClient.of(new InetSocketAddress(near, 1_000), near);
    InetAddress other = InetAddress.ofLiteral("127.0.0.2");
    assertThat(client)
        .isNotEqualTo(UdpClient.of(new InetSocketAddress(near, 1_001), near))
        .isNotEqualTo(UdpClient.of(new InetSocketAddress(other, 1_000), near))
        .isNotEqualTo(UdpClient.of(new InetSocketAddress(near, 1_000), other));
  }
}
