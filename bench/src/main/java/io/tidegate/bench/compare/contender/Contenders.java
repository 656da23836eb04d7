package io.tidegate.bench.compare.contender;

import io.tidegate.bench.HopPath;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Who is compared, in the order in which they take their turns. */
public final class Contenders {

  public static final String HAPROXY = "haproxy";

  /** Splices when it finds that worth while, which it seldom does. */
  public static final String HAPROXY_AUTO = "haproxy-auto";

  public static final String HAPROXY_SPLICE = "haproxy-splice";
  public static final String HAPROXY_SPLICE_1M = "haproxy-splice-1m";
  public static final String NGINX = "nginx";

  /** Tidegate as it runs when it is told nothing else: the one that the bars are for. */
  public static final String TIDEGATE = "tidegate";

  /** Two of its data paths: clients come to one, which passes them to the other. */
  public static final String TIDEGATE_HOP = "tidegate-hop";

  /** Two proxies in a row, for what a second one costs where nothing but bytes is passed on. */
  public static final String HAPROXY_TWICE = "haproxy-splice-1m-twice";

  public static final String NGINX_TWICE = "nginx-twice";

  /** A way to run Tidegate's data path. */
  private record Mode(String name, String configuration, List<String> arguments) {}

  private static final List<Mode> TIDEGATE_MODES =
      List.of(
          new Mode(TIDEGATE, "defaults", List.of()),
          new Mode(TIDEGATE + "-copy", "never splices", List.of("--relay-mode", "copy")),
          new Mode(TIDEGATE + "-splice", "always splices", List.of("--relay-mode", "splice")));

  private static final String SPLICE_AUTO = "  option splice-auto\n";
  private static final String SPLICE_ALWAYS = "  option splice-request\n  option splice-response\n";

  // Where Debian puts it; elsewhere it may be built in.
  private static final Path NGINX_STREAM = Path.of("/usr/lib/nginx/modules/ngx_stream_module.so");

  private static final String JVM_OPTIONS = "mesh-agent/src/main/dist/jvm.options";

  private Contenders() {}

  /**
   * All of them, whether or not their programs are on this machine.
   *
   * @param tidegate the launcher
   */
  public static List<Contender> all(Path tidegate) {
    List<Contender> all = new ArrayList<>(usual(tidegate));
    all.add(haproxyTwice());
    all.add(nginxTwice());
    return all;
  }

  /** Those that are compared unless others are asked for. */
  public static List<Contender> usual(Path tidegate) {
    List<Contender> all = new ArrayList<>();
    all.add(haproxy(HAPROXY, "splice off", "", ""));
    all.add(haproxy(HAPROXY_AUTO, "splice-auto", "", SPLICE_AUTO));
    all.add(haproxy(HAPROXY_SPLICE, "splice-request, splice-response", "", SPLICE_ALWAYS));
    all.add(
        haproxy(
            HAPROXY_SPLICE_1M,
            "splice-request, splice-response, tune.pipesize 1048576",
            "  tune.pipesize 1048576\n",
            SPLICE_ALWAYS));
    all.add(nginx());
    TIDEGATE_MODES.forEach(mode -> all.add(tidegate(tidegate, mode)));
    all.add(hop(tidegate.resolveSibling(JVM_OPTIONS)));
    return all;
  }

  private static Contender haproxy(
      String name, String configuration, String global, String defaults) {
    return new Contender(
        name,
        configuration + ", 1 thread",
        "haproxy",
        List.of("-v"),
        "haproxy.cfg",
        place -> haproxyConfig(place, global, defaults),
        place -> List.of("-db", "-q", "-f", place.config().toString()),
        "HAProxy does not relay UDP");
  }

  // Nothing is logged unless a log is named; TCP_NODELAY is what HAProxy does.
  private static String haproxyConfig(Place place, String global, String defaults) {
    return """
        global
          nbthread 1
          maxconn %d
        %s
        defaults
          mode tcp
          timeout connect 4s
          timeout client 1h
          timeout server 1h
        %s
        frontend in
          bind 127.0.0.1:%d backlog 4096
          default_backend out

        backend out
          server task 127.0.0.1:%d
        """
        .formatted(place.connections(), global, defaults, place.port(), place.upstreamPort());
  }

  // As the two data paths of a hop: each has a thread of its own.
  private static Contender haproxyTwice() {
    return new Contender(
        HAPROXY_TWICE,
        "the same, passed from one thread to another",
        "haproxy",
        List.of("-v"),
        "haproxy.cfg",
        Contenders::haproxyTwiceConfig,
        place -> List.of("-db", "-q", "-f", place.config().toString()),
        "HAProxy does not relay UDP");
  }

  private static String haproxyTwiceConfig(Place place) {
    return """
        global
          nbthread 2
          maxconn %1$d
          tune.pipesize 1048576

        defaults
          mode tcp
          timeout connect 4s
          timeout client 1h
          timeout server 1h
        %2$s
        frontend near
          bind 127.0.0.1:%3$d backlog 4096 thread 1
          default_backend far

        backend far
          server other 127.0.0.2:%4$d

        frontend in
          bind 127.0.0.2:%4$d backlog 4096 thread 2
          default_backend out

        backend out
          server task 127.0.0.1:%5$d
        """
        .formatted(
            place.connections(),
            SPLICE_ALWAYS,
            place.port(),
            place.adminPort(),
            place.upstreamPort());
  }

  private static Contender nginx() {
    return nginx(NGINX, "stream, reuseport, 1 worker", Contenders::nginxConfig);
  }

  private static Contender nginxTwice() {
    return nginx(
        NGINX_TWICE, "stream, passed on by the worker to itself", Contenders::nginxTwiceConfig);
  }

  private static Contender nginx(String name, String configuration, Contender.Config config) {
    return new Contender(
        name,
        configuration,
        "nginx",
        List.of("-v"),
        "nginx.conf",
        config,
        place ->
            List.of(
                "-p", place.folder().toString(), "-c", place.config().toString(), "-e", "stderr"),
        null);
  }

  private static String nginxConfig(Place place) {
    return nginxConfig(place, nginxServers(place.port(), place.upstreamPort()));
  }

  private static String nginxTwiceConfig(Place place) {
    return nginxConfig(
        place,
        nginxServers(place.port(), place.adminPort())
            + nginxServers(place.adminPort(), place.upstreamPort()));
  }

  private static String nginxServers(int port, int upstreamPort) {
    return """
          server {
            listen 127.0.0.1:%1$d reuseport backlog=4096;
            proxy_pass 127.0.0.1:%2$d;
          }
          server {
            listen 127.0.0.1:%1$d udp reuseport;
            proxy_pass 127.0.0.1:%2$d;
          }
        """
        .formatted(port, upstreamPort);
  }

  // TCP_NODELAY and no access log are the stream module's defaults.
  private static String nginxConfig(Place place, String servers) {
    return """
        %1$s
        daemon off;
        worker_processes 1;
        worker_rlimit_nofile %2$d;
        pid nginx.pid;
        error_log stderr crit;
        events { worker_connections %2$d; }
        stream {
          proxy_timeout 1h;
        %3$s}
        """
        .formatted(
            Files.exists(NGINX_STREAM) ? "load_module " + NGINX_STREAM + ";" : "",
            2 * place.connections() + 100,
            servers);
  }

  private static Contender tidegate(Path launcher, Mode mode) {
    return new Contender(
        mode.name(),
        mode.configuration() + ", file source, 1 shard",
        launcher.toString(),
        List.of("--version"),
        "routes.yml",
        Contenders::tidegateRoutes,
        place -> tidegateArguments(place, mode),
        null);
  }

  private static Contender hop(Path jvmOptions) {
    return new Contender(
        TIDEGATE_HOP,
        "passed from one data path to another, 1 shard each",
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        List.of("--version"),
        "hop.properties",
        place ->
            "port=%d\ntask=%d\nhop=%d\n"
                .formatted(place.port(), place.upstreamPort(), place.adminPort()),
        place -> hopArguments(place, jvmOptions),
        null);
  }

  private static List<String> hopArguments(Place place, Path jvmOptions) {
    String program = HopPath.class.getName();
    return List.of(
        "@" + jvmOptions,
        "-cp",
        System.getProperty("java.class.path"),
        program,
        place.config().toString());
  }

  private static String tidegateRoutes(Place place) {
    return """
        routes:
          - port: %1$d
            endpoints: ["127.0.0.1:%2$d"]
          - port: %1$d/udp
            endpoints: ["127.0.0.1:%2$d"]
        """
        .formatted(place.port(), place.upstreamPort());
  }

  private static List<String> tidegateArguments(Place place, Mode mode) {
    List<String> arguments = new ArrayList<>(List.of("agent", "--source"));
    arguments.add("file:" + place.config());
    arguments.addAll(List.of("--shards", "1", "--bind", "127.0.0.1", "--log-level", "error"));
    arguments.addAll(List.of("--admin", "127.0.0.1:" + place.adminPort()));
    arguments.addAll(mode.arguments());
    return arguments;
  }
}
