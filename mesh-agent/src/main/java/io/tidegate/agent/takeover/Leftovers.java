package io.tidegate.agent.takeover;

import io.tidegate.agent.linux.GatewayAddress;
import io.tidegate.agent.linux.NetworkNamespaces;
import io.tidegate.agent.linux.NftTable;
import io.tidegate.agent.source.HostPort;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What an agent that was killed has left in Docker's mesh. It harms nobody, and may be removed. */
public final class Leftovers {

  private static final Pattern CHAINS =
      Pattern.compile("chain " + TakeoverRules.CHAIN + "(\\d{1,5}) ");

  private Leftovers() {}

  /**
   * Removes the rules of an agent that is gone.
   *
   * @return whether there were any
   * @throws IOException if that fails, or if an agent is still there
   */
  public static boolean remove(Path sandbox) throws IOException {
    NftTable table = Sandbox.table(sandbox);
    if (!table.exists()) {
      return false;
    }
    Inet4Address address = GatewayAddress.in(sandbox);
    Matcher chains = CHAINS.matcher(table.list());
    while (chains.find()) {
      InetSocketAddress socket = new InetSocketAddress(address, Integer.parseInt(chains.group(1)));
      if (NetworkNamespaces.isHeard(sandbox, socket)) {
        throw new IOException(
            "an agent takes ports over in %s, at %s there (expected: its --admin)"
                .formatted(sandbox, HostPort.of(socket)));
      }
    }
    table.remove();
    return true;
  }
}
