package io.tidegate.agent.labels;

import io.tidegate.routing.HealthCheck;
import io.tidegate.routing.HealthCheck.Exchange;
import io.tidegate.routing.HealthCheck.Kind;
import io.tidegate.routing.HealthCheck.Pace;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Those that say how a service's tasks are asked whether they are well. */
final class CheckLabels {

  private static final Pattern STATUSES = Pattern.compile("([1-5][0-9]{2})(?:-([1-5][0-9]{2}))?");
  private static final Pattern PATH = Pattern.compile("/[!-~]{0,1023}");

  static final List<Label> ALL =
      List.of(
          label(
              "tidegate.check",
              "`off`, `tcp`, `http` or `udp`",
              "`off`",
              "How each task is asked whether it is well, by the agent of its own node: a connect, a"
                  + " `GET`, or a datagram. For images without a `HEALTHCHECK`; where there is one,"
                  + " Swarm replaces a task that fails it.",
              CheckLabels::kind,
              HealthCheck::withKind),
          exchange(
              "tidegate.check.expect",
              "text with `\\r`, `\\n`, `\\t`, `\\\\` and `\\x00` to `\\xff`",
              "none, any answer will do",
              "For `tcp` and `udp`: what must be somewhere in the first KiB of the answer.",
              PayloadText::parse,
              Exchange::withExpect),
          pace(
              "tidegate.check.fall",
              inARow(),
              "`" + Pace.DEFAULT.fall() + "`",
              "After how many failed checks in a row a task is unwell: it is picked only where too few"
                  + " others are ready. What it has begun it may finish.",
              text -> number(text, 1, Pace.MOST_IN_A_ROW),
              Pace::withFall),
          pace(
              "tidegate.check.interval",
              DurationText.TYPE,
              time(Pace.DEFAULT.interval()),
              "From the end of one check to the next, shorter by up to a tenth by chance; a tenth of it"
                  + " after a check that says otherwise than the ones before. "
                  + between(Pace.SHORTEST_INTERVAL, Pace.LONGEST_INTERVAL)
                  + ".",
              text -> DurationText.parse(text, Pace.SHORTEST_INTERVAL, Pace.LONGEST_INTERVAL),
              Pace::withInterval),
          exchange(
              "tidegate.check.path",
              "a path and query: `/health?deep=1`",
              "`/`",
              "For `http`: what to get.",
              CheckLabels::path,
              Exchange::withPath),
          label(
              "tidegate.check.port",
              "1 to 65535",
              "the target port of the first published TCP port, with `udp` UDP port",
              "Where tasks are asked: any port that they listen on. So a UDP service can be asked over"
                  + " TCP.",
              text -> number(text, 1, 65_535),
              HealthCheck::withPort),
          pace(
              "tidegate.check.rise",
              inARow(),
              "`" + Pace.DEFAULT.rise() + "`",
              "After how many passed checks in a row it is well again.",
              text -> number(text, 1, Pace.MOST_IN_A_ROW),
              Pace::withRise),
          exchange(
              "tidegate.check.send",
              "text with escapes, as in `tidegate.check.expect`",
              "none",
              "For `tcp` and `udp`: what is sent first. With `tcp` an answer is waited for only if one"
                  + " is expected; `udp` needs something to send.",
              PayloadText::parse,
              Exchange::withSend),
          label(
              "tidegate.check.start",
              "`ready` or `unwell`",
              "`ready`",
              "What a new task is until its first checks are done: its node has half a minute for them,"
                  + " then it counts as ready.",
              CheckLabels::isReadyFirst,
              HealthCheck::withReadyFirst),
          exchange(
              "tidegate.check.status",
              "a status or two with `-` between them: `204`, `200-399`",
              "`200-299`",
              "For `http`: the statuses that are well.",
              CheckLabels::statuses,
              (exchange, statuses) ->
                  exchange.withStatuses(statuses.getFirst(), statuses.getLast())),
          pace(
              "tidegate.check.timeout",
              DurationText.TYPE,
              time(Pace.DEFAULT.timeout()),
              "For all of one check; at most " + DurationText.format(Pace.LONGEST_TIMEOUT) + ".",
              text -> DurationText.parse(text, Duration.ofMillis(1), Pace.LONGEST_TIMEOUT),
              Pace::withTimeout));

  private CheckLabels() {}

  private static String inARow() {
    return "1 to " + Pace.MOST_IN_A_ROW;
  }

  private static String time(Duration duration) {
    return "`" + DurationText.format(duration) + "`";
  }

  private static String between(Duration least, Duration most) {
    return DurationText.format(least) + " to " + DurationText.format(most);
  }

  private static <T> Label label(
      String name,
      String type,
      String byDefault,
      String meaning,
      Function<String, T> parser,
      BiFunction<HealthCheck, T, HealthCheck> adder) {
    return Label.policy(
        name,
        type,
        byDefault,
        meaning,
        parser,
        (policy, value) -> policy.withCheck(adder.apply(policy.check(), value)));
  }

  private static <T> Label exchange(
      String name,
      String type,
      String byDefault,
      String meaning,
      Function<String, T> parser,
      BiFunction<Exchange, T, Exchange> adder) {
    return label(
        name,
        type,
        byDefault,
        meaning,
        parser,
        (check, value) -> check.withExchange(adder.apply(check.exchange(), value)));
  }

  private static <T> Label pace(
      String name,
      String type,
      String byDefault,
      String meaning,
      Function<String, T> parser,
      BiFunction<Pace, T, Pace> adder) {
    return label(
        name,
        type,
        byDefault,
        meaning,
        parser,
        (check, value) -> check.withPace(adder.apply(check.pace(), value)));
  }

  private static Kind kind(String text) {
    for (Kind kind : Kind.values()) {
      if (kind.name().toLowerCase(Locale.ROOT).equals(text)) {
        return kind;
      }
    }
    throw refused(text, "off, tcp, http or udp");
  }

  private static boolean isReadyFirst(String text) {
    return switch (text) {
      case "ready" -> true;
      case "unwell" -> false;
      default -> throw refused(text, "ready or unwell");
    };
  }

  private static String path(String text) {
    if (!PATH.matcher(text).matches()) {
      throw refused(text, "a path that begins with / and has no spaces, at most 1024 characters");
    }
    return text;
  }

  private static List<Integer> statuses(String text) {
    Matcher matcher = STATUSES.matcher(text);
    if (matcher.matches()) {
      int least = Integer.parseInt(matcher.group(1));
      int most = matcher.group(2) == null ? least : Integer.parseInt(matcher.group(2));
      if (least <= most) {
        return List.of(least, most);
      }
    }
    throw refused(text, "100 to 599, or two of them with - between, as in 200-399");
  }

  private static int number(String text, int least, int most) {
    int number = text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : -1;
    if (number < least || number > most) {
      throw refused(text, least + " to " + most);
    }
    return number;
  }

  private static IllegalArgumentException refused(String text, String expected) {
    return new IllegalArgumentException(text + " (expected: " + expected + ")");
  }
}
