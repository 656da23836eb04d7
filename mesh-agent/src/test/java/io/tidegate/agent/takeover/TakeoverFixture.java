package io.tidegate.agent.takeover;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A {@link DockerMesh} with its task and the agents', and clients of both. */
final class TakeoverFixture implements BeforeEachCallback, AfterEachCallback {

  /** A published port, and the one that tasks listen on. */
  static final int WEB = 8080;

  /** What Docker's task says first. */
  static final int DOCKERS = 'd';

  /** What the agents' says. */
  static final int AGENTS = 'a';

  private @Nullable DockerMesh docker;
  private final List<AutoCloseable> opened = new ArrayList<>();

  @Override
  public void beforeEach(ExtensionContext context) throws IOException {
    DockerMesh made = keep(DockerMesh.make());
    keep(new NamedTask(made.task, "docker", "10.30.0.3", WEB));
    keep(new NamedTask(made.task, "agent", "10.30.0.4", WEB));
    docker = made;
  }

  DockerMesh docker() {
    return Objects.requireNonNull(docker);
  }

  private <T extends AutoCloseable> T keep(T closeable) {
    opened.add(closeable);
    return closeable;
  }

  TakeoverAgent agent() throws IOException {
    return agent(new Sandbox(() -> docker().path()));
  }

  TakeoverAgent agent(Surroundings surroundings) throws IOException {
    return keep(new TakeoverAgent(docker(), surroundings));
  }

  Socket connect(int port) throws IOException {
    return new Clients(docker().client).connect(DockerMesh.published(port));
  }

  /** Whose task answers a new client. */
  int asked(int port) throws IOException {
    try (Socket client = connect(port)) {
      return client.getInputStream().read();
    }
  }

  DatagramSocket datagrams() throws IOException {
    return new Clients(docker().client).datagrams();
  }

  /** Whose task answers the next datagram. */
  String asked(DatagramSocket client, int port) throws IOException {
    return Clients.asked(client, DockerMesh.published(port));
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    for (AutoCloseable closeable : opened.reversed()) {
      closeable.close();
    }
  }
}
