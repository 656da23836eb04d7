package io.tidegate.agent.vip;

import io.tidegate.agent.linux.Program;
import java.io.IOException;
import java.net.Inet4Address;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * The addresses of a sandbox on its overlay network. Virtual ones stand alone (/32); those that the
 * agent adds carry a label, by which they are known whoever finds them.
 *
 * @param ip the program {@code ip}, in the sandbox
 */
record SandboxAddresses(Program ip) {

  private static final String LINK = "eth0";
  private static final String LABEL = LINK + ":tidegate";
  private static final int ALONE = 32;
  // 2: eth0    inet 10.0.1.4/24 brd 10.0.1.255 scope global eth0\       valid_lft forever …
  private static final Pattern LINE =
      Pattern.compile("inet ([0-9.]+)/(\\d+) .*scope \\S+ (\\S+?)\\\\? ");

  /**
   * What there is.
   *
   * @param own the sandbox's
   * @param others virtual ones that Docker has added
   * @param added those that an agent has
   */
  record Held(Inet4Address own, Set<Inet4Address> others, Set<Inet4Address> added) {}

  /**
   * Looks.
   *
   * @throws IOException naming the sandbox, if it has no address of its own
   */
  Held read() throws IOException {
    Inet4Address own = null;
    Set<Inet4Address> others = new HashSet<>();
    Set<Inet4Address> added = new HashSet<>();
    String listed = ip.run("", "-o", "-4", "addr", "show", "dev", LINK);
    for (MatchResult line : LINE.matcher(listed).results().toList()) {
      Inet4Address address = Inet4Address.ofLiteral(line.group(1));
      if (line.group(3).equals(LABEL)) {
        added.add(address);
      } else if (Integer.parseInt(line.group(2)) == ALONE) {
        others.add(address);
      } else if (own == null) {
        own = address;
      }
    }
    if (own == null) {
      throw new IOException("%s: %s has no address of its own".formatted(ip, LINK));
    }
    return new Held(own, others, added);
  }

  /**
   * Adds and removes, by one process.
   *
   * @throws IOException in the system's words; some may be done then
   */
  void change(Collection<Inet4Address> added, Collection<Inet4Address> removed) throws IOException {
    List<String> lines = new ArrayList<>();
    for (Inet4Address address : removed) {
      lines.add(line("del", address));
    }
    for (Inet4Address address : added) {
      lines.add(line("add", address) + " label " + LABEL);
    }
    if (!lines.isEmpty()) {
      ip.run(String.join("\n", lines) + "\n", "-batch", "-");
    }
  }

  private static String line(String what, Inet4Address address) {
    return "addr %s %s/32 dev %s".formatted(what, address.getHostAddress(), LINK);
  }
}
