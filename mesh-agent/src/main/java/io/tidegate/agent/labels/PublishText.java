package io.tidegate.agent.labels;

import io.tidegate.routing.Protocol;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Publications as people write them: {@code 8443:443/tcp,5353:53/udp}. */
final class PublishText {

  private static final Pattern FORM =
      Pattern.compile("([0-9]{1,5}):([0-9]{1,5})(?:/([a-z]{1,9}))?");

  private PublishText() {}

  /**
   * Parses a list with commas.
   *
   * @throws IllegalArgumentException naming what is wrong and what is allowed
   */
  static List<Publication> parse(String text) {
    List<Publication> publications = new ArrayList<>();
    Set<PublishedPort> ports = new HashSet<>();
    for (String item : text.split(",", -1)) {
      Publication publication = one(item.strip());
      if (!ports.add(publication.port())) {
        throw new IllegalArgumentException(
            text + " (expected: each port once, not " + publication.port() + " twice)");
      }
      publications.add(publication);
    }
    return publications;
  }

  private static Publication one(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "\"%s\" (expected: PUBLISHED:TARGET/PROTOCOL, as in 8443:443/tcp)".formatted(text));
    }
    Protocol protocol = matcher.group(3) == null ? Protocol.TCP : Protocol.parse(matcher.group(3));
    PublishedPort port = new PublishedPort(Integer.parseInt(matcher.group(1)), protocol);
    return new Publication(port, Integer.parseInt(matcher.group(2)), Publication.Means.LABEL);
  }
}
