package io.tidegate.agent.linux;

import java.io.IOException;

/** {@link MarkRules} in a table of nftables, which is for both families. */
final class NftMarks implements MarkRules {

  private final NftTable table;
  private final String chains;
  private final String ownerChain;

  NftMarks(Program nft, String bridge, int mark, String owner) {
    table = new NftTable(nft, "tidegate_back");
    ownerChain = "owner_" + owner;
    // Behind whatever else marks packets: the last mark counts. A socket that has no address of its
    // own is none of ours.
    chains =
        """
        chain answers {
          type filter hook prerouting priority -140; policy accept;
          iifname "%s" meta l4proto { tcp, udp } socket wildcard 0 socket transparent 1 meta mark set 0x%x accept
        }
        chain %s {
        }
        """
            .formatted(bridge, mark, ownerChain);
  }

  /** Asks whether the kernel would take them. */
  void check() throws IOException {
    table.check(chains);
  }

  @Override
  public void install(boolean ipv6) throws IOException {
    table.replace(chains);
  }

  @Override
  public boolean areOurs(boolean ipv6) throws IOException {
    return table.has(ownerChain);
  }

  @Override
  public boolean areThere() throws IOException {
    return table.exists();
  }

  @Override
  public boolean remove() throws IOException {
    return table.removeOf(ownerChain);
  }

  @Override
  public void clear() throws IOException {
    table.remove();
  }

  @Override
  public String toString() {
    return table.toString();
  }
}
