package io.tidegate.bench.compare.contender;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Every proxy that runs; none outlives this process, whatever ends it. */
public final class Fleet implements AutoCloseable {

  private static final Path ONLINE_CORES = Path.of("/sys/devices/system/cpu/online");

  private final String cores;
  private final boolean realTime;
  private final int connections;
  private final FreePorts ports = new FreePorts();
  private final List<ProxyProcess> running = new CopyOnWriteArrayList<>();
  private volatile boolean closed;

  /**
   * Of nobody yet.
   *
   * @param core where every proxy runs
   * @param realTime whether they come before all else that runs there, each until it has nothing to
   *     do (SCHED_FIFO)
   * @param connections what each must be able to relay at once
   */
  public Fleet(int core, boolean realTime, int connections) {
    this(String.valueOf(core), realTime, connections);
  }

  private Fleet(String cores, boolean realTime, int connections) {
    this.cores = cores;
    this.realTime = realTime;
    this.connections = connections;
    Runtime.getRuntime().addShutdownHook(new Thread(this::close, "end-proxies"));
  }

  /** Another fleet, of nobody yet, whose proxies run where the kernel puts them. */
  public Fleet onEveryCore() throws IOException {
    return new Fleet(Files.readString(ONLINE_CORES).strip(), realTime, connections);
  }

  /** A port of the loopback that nobody has. */
  public int freePort() throws IOException {
    return ports.next();
  }

  /** Starts a proxy before a task; it need not listen yet when this returns. */
  public ProxyProcess start(Contender contender, int upstreamPort) throws IOException {
    Path program =
        Programs.find(contender.program())
            .orElseThrow(() -> new IOException(contender.program() + ": not found"));
    Path folder = Files.createTempDirectory("bench-" + contender.name() + "-");
    Path config = folder.resolve(contender.configFile());
    Place place = new Place(folder, config, ports.next(), upstreamPort, ports.next(), connections);
    ProxyProcess proxy = ProxyProcess.start(contender, program, place, placing());
    running.add(proxy);
    if (closed) {
      end(proxy);
      throw new IOException("ending");
    }
    return proxy;
  }

  private List<String> placing() {
    List<String> words = new ArrayList<>(List.of("taskset", "-c", cores));
    if (realTime) {
      words.addAll(List.of("chrt", "--fifo", "1"));
    }
    return words;
  }

  public void end(ProxyProcess proxy) {
    if (running.remove(proxy)) {
      proxy.close();
    }
  }

  @Override
  public void close() {
    closed = true;
    running.forEach(this::end);
  }
}
