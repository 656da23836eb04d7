package io.tidegate.agent.check;

import io.tidegate.routing.ClientIp;
import io.tidegate.routing.HealthCheck;
import io.tidegate.routing.HealthCheck.Exchange;
import io.tidegate.routing.Protocol;
import java.io.IOException;
import java.net.BindException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One check of one task. The calling thread waits, never for longer than the check's timeout. */
final class Check {

  /** {@code HTTP/1.1 200}, and nothing of the reason. */
  private static final Pattern STATUS_LINE = Pattern.compile("HTTP/1\\.[0-9] ([0-9]{3})");

  private static final int STATUS_CHARS = "HTTP/1.1 200".length();

  private final InetSocketAddress address;
  private final Exchange exchange;
  private final ClientIp told;
  private final Deadline deadline;

  private Check(CheckedTask task) {
    address = task.address();
    exchange = task.check().exchange();
    told = task.told();
    deadline = Deadline.in(task.check().pace().timeout());
  }

  static Outcome of(CheckedTask task) {
    HealthCheck check = task.check();
    try {
      new Check(task).run(check.kind());
      return Outcome.PASSED;
    } catch (OwnFaultException | BindException e) {
      return Outcome.notMade(String.valueOf(e.getMessage()));
    } catch (SocketTimeoutException e) {
      return Outcome.failed(
          at(task) + "no answer within " + check.pace().timeout().toMillis() + " ms");
    } catch (IOException | RuntimeException e) {
      return Outcome.failed(at(task) + e.getMessage());
    }
  }

  private static String at(CheckedTask task) {
    InetSocketAddress address = task.address();
    String what =
        switch (task.check().kind()) {
          case OFF, TCP -> "tcp";
          case HTTP -> "GET " + task.check().exchange().path() + " at";
          case UDP -> "udp";
        };
    return "%s %s:%d: ".formatted(what, address.getAddress().getHostAddress(), address.getPort());
  }

  private void run(HealthCheck.Kind kind) throws IOException {
    switch (kind) {
      case OFF -> {}
      case TCP -> askTcp();
      case HTTP -> askHttp();
      case UDP -> askUdp();
    }
  }

  // --- over TCP ---

  private void askTcp() throws IOException {
    try (Socket socket = connected()) {
      socket.getOutputStream().write(behindHeader(exchange.send(), Protocol.TCP));
      Answer answer = new Answer();
      while (!answer.text().contains(exchange.expect())) {
        answer.readMore(socket, deadline);
      }
    }
  }

  private void askHttp() throws IOException {
    try (Socket socket = connected()) {
      socket.getOutputStream().write(behindHeader(request(), Protocol.TCP));
      Answer answer = new Answer();
      while (answer.length() < STATUS_CHARS) {
        answer.readMore(socket, deadline);
      }
      Matcher line = STATUS_LINE.matcher(answer.text());
      if (!line.lookingAt()) {
        throw new IOException("answered something else than HTTP/1.x");
      }
      int status = Integer.parseInt(line.group(1));
      if (status < exchange.leastStatus() || status > exchange.mostStatus()) {
        throw new IOException(
            "%d (expected: %d to %d)"
                .formatted(status, exchange.leastStatus(), exchange.mostStatus()));
      }
    }
  }

  private String request() {
    InetAddress host = address.getAddress();
    return "GET %s HTTP/1.1\r\nHost: %s:%d\r\nUser-Agent: tidegate-check\r\nConnection: close\r\n\r\n"
        .formatted(exchange.path(), host.getHostAddress(), address.getPort());
  }

  /** Closing it resets: nothing is left over, neither here nor there, however often it is done. */
  private Socket connected() throws IOException {
    Socket socket = new Socket();
    try {
      try {
        socket.setSoLinger(true, 0);
        socket.setTcpNoDelay(true);
      } catch (SocketException e) {
        throw new OwnFaultException(e);
      }
      socket.connect(address, deadline.leftMillis());
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  // --- over UDP ---

  private void askUdp() throws IOException {
    try (DatagramSocket socket = bound()) {
      socket.connect(address);
      byte[] payload = behindHeader(exchange.send(), Protocol.UDP);
      socket.send(new DatagramPacket(payload, payload.length));
      String answer;
      do {
        DatagramPacket packet = new DatagramPacket(new byte[Answer.MOST_BYTES], Answer.MOST_BYTES);
        socket.setSoTimeout(deadline.leftMillis());
        socket.receive(packet);
        answer = new String(packet.getData(), 0, packet.getLength(), StandardCharsets.ISO_8859_1);
      } while (!answer.contains(exchange.expect()));
    } catch (PortUnreachableException e) {
      throw new IOException("port unreachable", e);
    }
  }

  private static DatagramSocket bound() throws OwnFaultException {
    try {
      return new DatagramSocket();
    } catch (SocketException e) {
      throw new OwnFaultException(e);
    }
  }

  /** There was no socket to ask with. */
  private static final class OwnFaultException extends IOException {
    private static final long serialVersionUID = 1L;

    OwnFaultException(SocketException cause) {
      super(cause.getMessage(), cause);
    }
  }

  /** Behind the header that a task may expect, which says that it is asked by no client. */
  private byte[] behindHeader(String characters, Protocol protocol) {
    byte[] header = told.ownHeader(protocol);
    byte[] said = characters.getBytes(StandardCharsets.ISO_8859_1);
    byte[] all = Arrays.copyOf(header, header.length + said.length);
    System.arraycopy(said, 0, all, header.length, said.length);
    return all;
  }
}
