package io.tidegate.agent.takeover;

import io.tidegate.agent.linux.NftTable;
import io.tidegate.agent.linux.Program;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.PublishedPort;
import java.io.IOException;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@link TakeoverRules} in a table of nftables. */
record NftRules(NftTable table) implements Rules {

  private static final String TABLE = "tidegate";
  private static final Pattern CHAINS =
      Pattern.compile("chain " + TakeoverRules.CHAIN + "(\\d{1,5}) ");

  NftRules(Program nft) {
    this(new NftTable(nft, TABLE));
  }

  @Override
  public boolean isTcpAlone() {
    return false;
  }

  @Override
  public void check(Destination destination) throws IOException {
    Set<PublishedPort> examples = Set.of(PublishedPort.tcp(1), new PublishedPort(1, Protocol.UDP));
    table.check(TakeoverRules.MEMORY + new TakeoverRules(destination).text(examples));
  }

  @Override
  public void replace(Destination destination, Set<PublishedPort> ports) throws IOException {
    table.replace(TakeoverRules.MEMORY, new TakeoverRules(destination).text(ports));
  }

  @Override
  public boolean has(Destination destination) throws IOException {
    return table.has(new TakeoverRules(destination).chain());
  }

  @Override
  public void removeOf(Destination destination) throws IOException {
    var _ = table.removeOf(new TakeoverRules(destination).chain());
  }

  @Override
  public Set<Integer> owners() throws IOException {
    Set<Integer> owners = new TreeSet<>();
    if (table.exists()) {
      Matcher chains = CHAINS.matcher(table.list());
      while (chains.find()) {
        owners.add(Integer.valueOf(chains.group(1)));
      }
    }
    return owners;
  }

  @Override
  public void clear() throws IOException {
    table.remove();
  }

  @Override
  public String toString() {
    return "nft";
  }
}
