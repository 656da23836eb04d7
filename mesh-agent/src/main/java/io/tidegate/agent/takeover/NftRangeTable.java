package io.tidegate.agent.takeover;

import io.tidegate.agent.linux.NftTable;
import java.io.IOException;

/** One of nftables. */
record NftRangeTable(NftTable table) implements RangeTable {

  @Override
  public void check(String chains) throws IOException {
    table.check(chains);
  }

  @Override
  public void replace(String chains) throws IOException {
    table.replace(chains);
  }

  @Override
  public boolean has(String chain) throws IOException {
    return table.has(chain);
  }

  @Override
  public void removeOf(String chain) throws IOException {
    var _ = table.removeOf(chain);
  }

  @Override
  public void clear() throws IOException {
    table.remove();
  }
}
