package io.tidegate.agent.client;

import io.tidegate.agent.admin.AdminServer;
import io.tidegate.agent.admin.FakeView;
import io.tidegate.agent.admin.WebTopology;
import io.tidegate.agent.labels.DurationText;
import io.tidegate.agent.source.HostPort;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** The commands against a real admin address, in front of an agent whose state is set by hand. */
abstract class CommandsFixture {

  final StringWriter out = new StringWriter();
  final StringWriter err = new StringWriter();
  final CountDownLatch told = new CountDownLatch(1);
  FakeView view = new FakeView().withWeb();
  AdminServer server;
  HostPort address;

  @BeforeEach
  void start() throws IOException {
    serve(new HostPort("127.0.0.1", 0));
  }

  final void serve(HostPort at) throws IOException {
    view.settle(WebTopology.whole(view.nowNanos));
    view.hostnames.put("n2", "worker-2");
    server = AdminServer.start(at, true, view);
    address = HostPort.of(server.address());
  }

  @AfterEach
  void close() {
    server.close();
  }

  final List<String> lines() {
    return out.toString().lines().toList();
  }

  final int execute(String... args) {
    String[] options = Arrays.copyOf(Arrays.copyOfRange(args, 1, args.length), args.length);
    options[args.length - 1] = "--admin=" + address;
    return line(args).execute(options);
  }

  final CommandLine line(String... args) {
    Map<String, String> none = Map.of();
    Object command =
        switch (args[0]) {
          case "resolve" -> new ResolveCommand(none);
          case "status" -> new StatusCommand(none);
          case "routes" -> new RoutesCommand(none);
          case "release" -> new ReleaseCommand(none);
          default -> new WatchCommand(none, () -> told);
        };
    CommandLine line = new CommandLine(command);
    line.registerConverter(HostPort.class, HostPort::parse);
    line.registerConverter(Duration.class, DurationText::parse);
    return line.setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF));
  }
}
