package io.tidegate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.header.Ends;
import io.tidegate.header.HopAnswer;
import io.tidegate.header.HopHeader;
import io.tidegate.header.HopProtocol;
import io.tidegate.routing.Protocol;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/** The connection of an agent that passes UDP sessions or clients on, by hand. */
final class HopCaller implements AutoCloseable {

  /** Whose session it is. */
  static final InetSocketAddress CLIENT =
      new InetSocketAddress(InetAddress.ofLiteral("192.0.2.7"), 40_000);

  private final HopFixture hop;
  private final Socket socket = new Socket();

  HopCaller(HopFixture hop) throws IOException {
    this.hop = hop;
    socket.connect(hop.farAddress);
    socket.setSoTimeout(10_000);
  }

  /** Asks for a task of the far node, and waits for no answer. */
  void send(int udpPort, InetSocketAddress task) throws IOException {
    byte[] challenge = socket.getInputStream().readNBytes(HopProtocol.CHALLENGE_BYTES);
    HopHeader header =
        new HopHeader(
            new Ends(CLIENT, task),
            udpPort,
            hop.farPort(),
            "service",
            "task-" + task.getPort(),
            "1-1",
            HopFixture.NEAR_ID);
    socket.getOutputStream().write(header.sealed(hop.offer().key(), challenge));
  }

  /** The same; returns where datagrams for the task go to. */
  InetSocketAddress ask(int udpPort, InetSocketAddress task) throws IOException {
    send(udpPort, task);
    byte[] answer = socket.getInputStream().readNBytes(HopProtocol.answerBytes(Protocol.UDP));
    assertThat(answer).startsWith(HopAnswer.TAKEN.code());
    int port = Byte.toUnsignedInt(answer[1]) << Byte.SIZE | Byte.toUnsignedInt(answer[2]);
    return new InetSocketAddress(hop.farAddress.getAddress(), port);
  }

  /** Passes a client on to a task of the far node, which takes it. */
  void pass(InetSocketAddress task) throws IOException {
    send(HopHeader.NO_UDP, task);
    assertThat(socket.getInputStream().read()).isEqualTo(HopAnswer.TAKEN.code());
  }

  void setTimeoutMillis(int millis) throws IOException {
    socket.setSoTimeout(millis);
  }

  OutputStream out() throws IOException {
    return socket.getOutputStream();
  }

  InputStream in() throws IOException {
    return socket.getInputStream();
  }

  /** The session is over, or there is no other client. */
  void end() throws IOException {
    socket.shutdownOutput();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
