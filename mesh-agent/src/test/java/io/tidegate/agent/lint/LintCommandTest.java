package io.tidegate.agent.lint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class LintCommandTest {

  private static final String FAULTY =
      """
      x-ours: &ours
        tidegate.balance: fastest
      services:
        web:
          image: web
          labels:
            tidegate.balance: p2c
          ports:
            - "8080:80"
            - target: 53
              published: 5353
              protocol: udp
          deploy:
            labels:
              <<: *ours
              tidegate.timout.idle: 10m
              tidegate.publish: 8080:81,8443:443
        api:
          ports: ["127.0.0.1:8443:443"]
          deploy:
            labels:
              - tidegate.limit.connections=many
              - com.example.owner=us
        dns:
          ports: ["5350-5354:50-54/udp", "9000"]
      """;

  @TempDir Path dir;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Path file;

  @BeforeEach
  void name() {
    file = dir.resolve("stack.yml");
  }

  @Test
  void namesLineServiceLabelValueAndWhatIsAllowed() throws IOException {
    assertThat(lint(FAULTY)).isEqualTo(1);
    assertThat(out.toString().replace(dir + "/", ""))
        .isEqualTo(
            """
            stack.yml:2: service web: label tidegate.balance: fastest (expected: p2c or round-robin)
            stack.yml:7: service web: label tidegate.balance: p2c on its containers, where it means nothing (expected: on the service; in a compose file under deploy.labels)
            stack.yml:16: service web: label tidegate.timout.idle: unknown (nearest: tidegate.timeout.idle)
            stack.yml:17: service web: label tidegate.publish: 8080/tcp, which Docker publishes for the same service, to 80 (expected: another port)
            stack.yml:19: service api: port 8443/tcp: published here (docker) and by service web (label, in stack.yml:17) (expected: by one service); the service that is created first keeps it
            stack.yml:22: service api: label tidegate.limit.connections: many (expected: 0 to 4194304)
            stack.yml:25: service dns: port 5353/udp: published here (docker) and by service web (docker, in stack.yml:10) (expected: by one service); the service that is created first keeps it
            """);
  }

  @Test
  void tellsTheSameAsJson() throws IOException {
    String content =
        "services:\n  web:\n    deploy:\n      labels:\n        tidegate.balance: fastest\n";
    assertThat(lint(content, "--json")).isEqualTo(1);
    assertThat(out.toString().replace(dir + "/", ""))
        .isEqualTo(
            """
            [ {
              "file" : "stack.yml",
              "line" : 5,
              "service" : "web",
              "what" : "label tidegate.balance",
              "value" : "fastest",
              "problem" : "fastest (expected: p2c or round-robin)"
            } ]
            """);
  }

  @Test
  void findsNoFaultWithAGoodFile() throws IOException {
    String content =
        """
        services:
          web:
            ports: ["${PORT:-8080}:80", "${OTHER}:81", "8443:443/sctp"]
            deploy:
              labels:
                tidegate.balance: round-robin
                tidegate.timeout.idle: ${IDLE}
                tidegate.limit.connections: "${LIMIT:-100}"
          api:
            ports:
              - {target: 80, published: "8081", mode: host}
          other:
            ports:
              - {target: 80, published: 8081, mode: host}
          job:
        """;
    assertThat(lint(content)).as(out.toString()).isZero();
    assertThat(out.toString()).isEqualTo(file + ": ok\n");
    assertThat(lint(content, "--json")).isZero();
    assertThat(out.toString()).endsWith("[ ]\n");
  }

  @Test
  void findsAPortByDefaultOfAVariable() throws IOException {
    String content =
        """
        services:
          web: {ports: ["${PORT:-8080}:80"]}
          api: {deploy: {labels: ["tidegate.publish=${API-8080}:80"]}}
        """;
    assertThat(lint(content)).isEqualTo(1);
    assertThat(out.toString()).contains("stack.yml:3: service api: port 8080/tcp: published here");
  }

  @Test
  void saysWhatItCannotRead() throws IOException {
    assertThat(lint("services: 7\n")).isEqualTo(2);
    assertThat(err.toString())
        .contains("stack.yml:1: services: absent (expected: a map of services)");
    assertThat(lint("services:\n\t- a\n")).isEqualTo(2);
    assertThat(err.toString()).contains("stack.yml:2: not YAML: ");
    assertThat(lint("")).isEqualTo(2);
    assertThat(execute("lint", dir.resolve("none.yml").toString())).isEqualTo(2);
    assertThat(err.toString()).contains("none.yml: no such file");
    assertThat(execute("lint", dir.toString())).isEqualTo(2);
    assertThat(err.toString()).contains("tidegate lint: " + dir + ": Is a directory");
    String host = "--docker-host=unix://" + dir.resolve("docker.sock");
    assertThat(execute("lint", "--service", "web", host)).isEqualTo(2);
    assertThat(err.toString()).contains("No such file or directory");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void wantsEitherAFileOrAService() {
    assertThat(execute("lint")).isEqualTo(2);
    assertThat(execute("lint", "a.yml", "--service", "web")).isEqualTo(2);
    assertThat(err.toString()).contains("what to check (expected: either FILE or --service NAME)");
  }

  @Test
  void endsWithMapsThatMergeThemselves() throws IOException {
    assertThat(lint("services: &a\n  web:\n    <<: *a\n    deploy: *a\n")).isZero();
  }

  @Test
  void listsTheLabels() {
    assertThat(new CommandLine(new LabelsCommand()).setOut(new PrintWriter(out)).execute())
        .isZero();
    assertThat(out.toString())
        .contains("tidegate.balance  p2c or round-robin; default: p2c\n    How a task is chosen");
  }

  private int lint(String content, String... options) throws IOException {
    Files.writeString(file, content);
    String[] args = new String[options.length + 2];
    args[0] = "lint";
    args[1] = file.toString();
    System.arraycopy(options, 0, args, 2, options.length);
    return execute(args);
  }

  private int execute(String... args) {
    CommandLine line = new CommandLine(new LintCommand(Map.of()));
    line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    return line.execute(Arrays.copyOfRange(args, 1, args.length));
  }
}
