package io.tidegate.agent.takeover;

import io.tidegate.agent.linux.Capabilities;
import io.tidegate.agent.linux.Capability;
import io.tidegate.agent.linux.NftTable;
import io.tidegate.agent.linux.Program;
import io.tidegate.proxy.ListenerStatus;
import java.io.IOException;
import java.util.List;

/** Where ranges of ports are served: the data path, and the rules of its network. */
interface RangeSite extends RangePath {

  /**
   * The table of packet rules.
   *
   * @throws IOException naming what is missing
   */
  RangeTable rules() throws IOException;

  /** The network of this process. */
  record Own(RangePath path) implements RangeSite {

    private static final String TABLE = "tidegate_ranges";

    static RangeTable ownRules() throws IOException {
      if (!Capabilities.ofThisProcess().has(Capability.NET_ADMIN)) {
        throw new IOException(Capability.NET_ADMIN + " is missing, for packet rules");
      }
      Program nft =
          Program.find("nft", null)
              .orElseThrow(() -> new IOException("nft is not installed, for packet rules"));
      return new NftRangeTable(new NftTable(nft, TABLE));
    }

    @Override
    public RangeTable rules() throws IOException {
      return ownRules();
    }

    @Override
    public int gather() throws IOException {
      return path.gather();
    }

    @Override
    public void refuse(String why) {
      path.refuse(why);
    }

    @Override
    public List<ListenerStatus> listeners() {
      return path.listeners();
    }
  }
}
