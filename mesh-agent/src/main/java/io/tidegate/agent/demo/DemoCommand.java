package io.tidegate.agent.demo;

import io.tidegate.agent.source.HostPort;
import java.io.PrintStream;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tidegate demo}: its options, its output, its end. */
@Command(
    name = "demo",
    description = {
      "Plays a small Swarm inside this process and serves it: no Docker, no root.",
      "",
      "Two services are published, and one of them is called by its virtual address inside a network"
          + " besides, which is made of loopback addresses. Their tasks are started, drained, killed and replaced on a"
          + " script that repeats, while a few built-in clients send requests. The table shows what"
          + " the mesh makes of it; curl the ports to join in. Ctrl-C ends it.",
      ""
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class DemoCommand implements Callable<Integer> {

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "Published port of the service web; 0 is any free one. Default: 8080.")
  int port = 8080;

  @Option(
      names = "--second-port",
      paramLabel = "PORT",
      description = "Published port of the service api; 0 is any free one. Default: 8081.")
  int secondPort = 8081;

  @Option(
      names = "--vip-port",
      paramLabel = "PORT",
      description =
          "Port at which api is called inside its network, by its virtual address 127.0.80.10; 0 is"
              + " any free one. Default: 8082.")
  int vipPort = 8082;

  @Option(
      names = "--bind",
      paramLabel = "ADDRESS",
      description = "Where the ports are served. Default: ::, every address of this machine.")
  String bind = "::";

  @Option(
      names = "--admin",
      paramLabel = "HOST:PORT",
      description = "Where metrics, health and API are served. Default: 127.0.0.1:9180.")
  HostPort admin = new HostPort("127.0.0.1", 9180);

  @Option(
      names = "--duration",
      paramLabel = "TIME",
      description = "Ends after this time, as in 30s. Default: when Ctrl-C is pressed.")
  Duration duration = ChronoUnit.FOREVER.getDuration();

  @Option(names = "--no-load", description = "No built-in clients: the requests are yours alone.")
  boolean noLoad;

  @Option(
      names = "--plain",
      description = "Lines only, no redrawing; the default when the output is not a terminal.")
  boolean plain;

  @Spec
  @SuppressWarnings("NullAway.Init") // Set by picocli.
  private CommandSpec spec;

  private final DemoOutside outside;
  private final Map<String, String> environment;

  public DemoCommand(DemoOutside outside, Map<String, String> environment) {
    this.outside = outside;
    this.environment = Map.copyOf(environment);
  }

  @Override
  public Integer call() throws InterruptedException {
    DemoPorts ports = new DemoPorts(bind, outside::holderOf);
    try {
      Demo.Choice choice =
          new Demo.Choice(
              ports.free("--port", port),
              ports.free("--second-port", secondPort),
              new DemoNetwork(ports.free("--vip-port", vipPort)),
              bind,
              admin,
              !noLoad);
      return run(choice);
    } catch (DemoException e) {
      spec.commandLine().getErr().println("tidegate demo: " + e.getMessage());
      return 1;
    }
  }

  private int run(Demo.Choice choice) throws DemoException, InterruptedException {
    CountDownLatch stop = outside.takeTerminal();
    PrintStream out = System.out;
    try (Demo demo = Demo.start(choice, outside)) {
      try (Screen screen = screen(out, demo.hints())) {
        demo.run(screen, duration, stop);
      }
      out.println(demo.summary());
    }
    return 0;
  }

  private Screen screen(PrintStream out, DashboardText.Hints hints) {
    boolean isSimple = plain || environment.getOrDefault("TERM", "dumb").equals("dumb");
    Terminal.Size size = isSimple ? null : Terminal.size();
    if (size == null) {
      return new PlainScreen(out, hints);
    }
    // https://no-color.org: any value but the empty one.
    boolean isColored = environment.getOrDefault("NO_COLOR", "").isEmpty();
    return new LiveScreen(out, size, isColored ? Palette.COLOR : Palette.PLAIN, hints);
  }
}
