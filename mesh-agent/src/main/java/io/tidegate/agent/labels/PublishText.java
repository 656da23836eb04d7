package io.tidegate.agent.labels;

import io.tidegate.routing.Protocol;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Publications as people write them: {@code 8443:443/tcp,5353:53/udp}, or with a range, {@code
 * 10000-20000:10000-20000/udp} or {@code 10000-20000:7000/udp}.
 */
final class PublishText {

  private static final Pattern FORM =
      Pattern.compile(
          "([0-9]{1,5})(?:-([0-9]{1,5}))?:([0-9]{1,5})(?:-([0-9]{1,5}))?(?:/([a-z]{1,9}))?");

  private PublishText() {}

  /**
   * Parses a list with commas.
   *
   * @throws IllegalArgumentException naming what is wrong and what is allowed
   */
  static List<Publication> parse(String text) {
    List<Publication> publications = new ArrayList<>();
    List<PublishedPort> ports = new ArrayList<>();
    for (String item : text.split(",", -1)) {
      Publication publication = one(item.strip());
      PublishedPort port = publication.port();
      if (ports.contains(port)) {
        throw new IllegalArgumentException(
            text + " (expected: each port once, not " + port + " twice)");
      }
      ports.stream()
          .filter(port::overlaps)
          .findFirst()
          .ifPresent(other -> refuse(text, other, port));
      ports.add(port);
      publications.add(publication);
    }
    return publications;
  }

  private static void refuse(String text, PublishedPort one, PublishedPort other) {
    throw new IllegalArgumentException(
        "%s (expected: each port once, but %s and %s overlap)".formatted(text, one, other));
  }

  private static Publication one(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "\"%s\" (expected: PUBLISHED:TARGET/PROTOCOL, as in 8443:443/tcp or 10000-20000:7000/udp)"
              .formatted(text));
    }
    Protocol protocol = matcher.group(5) == null ? Protocol.TCP : Protocol.parse(matcher.group(5));
    int first = Integer.parseInt(matcher.group(1));
    int last = matcher.group(2) == null ? first : Integer.parseInt(matcher.group(2));
    int target = Integer.parseInt(matcher.group(3));
    int lastTarget = matcher.group(4) == null ? target : Integer.parseInt(matcher.group(4));
    PublishedPort port = new PublishedPort(first, last, protocol);
    if (lastTarget != target && lastTarget - target != last - first) {
      throw new IllegalArgumentException(
          "\"%s\" (expected: one target port, or as many as the %d that are published)"
              .formatted(text, port.size()));
    }
    return new Publication(port, target, lastTarget != target, Publication.Means.LABEL);
  }
}
