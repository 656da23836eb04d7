package io.tidegate.agent.admin;

import io.tidegate.agent.source.HostPort;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells HAProxy's agent-check how this node is: each connection gets one line and is closed.
 *
 * <pre>
 *   asked            answer
 *   web, or 8080     up ready | drain | down #8080/tcp web: no task takes connections
 *   nothing          the same of the whole node
 * </pre>
 *
 * {@code drain} is said while the agent ends or is overloaded: no new clients, those that are there
 * may stay. Source: HAProxy's configuration manual, "agent-check".
 */
public final class AgentCheckServer implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(AgentCheckServer.class);

  private static final int BACKLOG = 64;
  private static final int MOST_AT_ONCE = 64;
  private static final int MOST_ASKED_BYTES = 256;

  /** HAProxy sends what it asks (agent-send) at once or, without that setting, never. */
  private static final Duration SILENCE_LIMIT = Duration.ofMillis(100);

  private static final Duration ACCEPT_PAUSE = Duration.ofMillis(100);
  private static final Duration QUESTION_LIMIT = Duration.ofSeconds(1);

  private final AgentView view;
  private final ServerSocket listener;
  private final Semaphore places = new Semaphore(MOST_AT_ONCE);

  private AgentCheckServer(AgentView view, ServerSocket listener) {
    this.view = view;
    this.listener = listener;
  }

  /**
   * Listens and answers.
   *
   * @throws IOException if the address cannot be bound
   */
  public static AgentCheckServer start(HostPort address, AgentView view) throws IOException {
    InetSocketAddress socketAddress = new InetSocketAddress(address.host(), address.port());
    if (socketAddress.isUnresolved()) {
      throw new UnknownHostException(address.host() + ": unknown host");
    }
    ServerSocket listener = new ServerSocket();
    try {
      listener.bind(socketAddress, BACKLOG);
    } catch (IOException e) {
      listener.close();
      throw e;
    }
    AgentCheckServer server = new AgentCheckServer(view, listener);
    Thread.ofVirtual().name("agent-check").start(server::acceptAll);
    return server;
  }

  /** Where it listens, with the port that was chosen if any was asked for. */
  public InetSocketAddress address() {
    return (InetSocketAddress) listener.getLocalSocketAddress();
  }

  private void acceptAll() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        places.acquire();
        Thread.ofVirtual().name("agent-check-answer").start(() -> answer(client));
      } catch (IOException e) {
        if (!listener.isClosed()) {
          LOG.warn("agent check: {}", e.getMessage());
        }
        // Without descriptors the next try would fail as soon.
        LockSupport.parkNanos(ACCEPT_PAUSE.toNanos());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private void answer(Socket client) {
    try (client) {
      String line = lineFor(question(client)) + "\n";
      client.getOutputStream().write(line.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      LOG.debug("agent check: {} went away: {}", client.getRemoteSocketAddress(), e.toString());
    } finally {
      places.release();
    }
  }

  /** What comes before the end of the line, or within the limits of time and length. */
  private static String question(Socket client) throws IOException {
    long endNanos = System.nanoTime() + QUESTION_LIMIT.toNanos();
    StringBuilder asked = new StringBuilder();
    InputStream in = client.getInputStream();
    client.setSoTimeout((int) SILENCE_LIMIT.toMillis());
    try {
      int next = in.read();
      while (next >= 0
          && next != '\n'
          && asked.length() < MOST_ASKED_BYTES
          && System.nanoTime() - endNanos < 0) {
        asked.append((char) next);
        next = in.read();
      }
    } catch (InterruptedIOException e) {
      // it has nothing more to say
    }
    return asked.toString().strip();
  }

  private String lineFor(String question) {
    if (view.isDraining() || Readiness.isOverloaded(view)) {
      return "drain";
    }
    try {
      List<String> reasons =
          question.isEmpty() ? Readiness.causes(view) : Serving.of(view, question).reasons();
      return reasons.isEmpty() ? "up ready" : "down #" + String.join("; ", reasons);
    } catch (QueryException e) {
      return "down #" + e.getMessage();
    }
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      LOG.debug("agent check: closing failed: {}", e.getMessage());
    }
  }
}
