package io.tidegate.agent.linux;

import java.io.IOException;
import java.util.Collection;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A table of our own in the nftables of one network namespace, for both families. All that changes
 * it is one transaction of the kernel's: packets meet the rules before or those after, never some
 * of each, and what fails changes nothing.
 *
 * <p>A chain that is named after its owner says whose rules are in force: an agent that ends
 * removes only its own ({@link #removeOf}), and leaves those of the agent that follows it alone.
 */
public final class NftTable {

  private static final Pattern CHAINS =
      Pattern.compile("^\\s*chain (\\S+) \\{$", Pattern.MULTILINE);

  private final Program nft;
  private final String name;

  /**
   * @param nft the program, in the namespace where the table is to be
   * @param name of the table
   */
  public NftTable(Program nft, String name) {
    this.nft = nft;
    this.name = name;
  }

  /**
   * Asks whether the kernel would take these rules, and changes nothing.
   *
   * @param chains as inside of {@code table inet … { }}
   * @throws IOException with nft's words if not
   */
  public void check(String chains) throws IOException {
    nft.run(replacing(chains), "--check", "--file", "-");
  }

  /**
   * Puts rules in force in place of all that the table had, if there was any.
   *
   * @throws IOException with nft's words; the table is as before then
   */
  public void replace(String chains) throws IOException {
    nft.run(replacing(chains), "--file", "-");
  }

  /**
   * What nft is given for {@link #replace}. The table is added first, so that it can be deleted.
   */
  String replacing(String chains) {
    return "add table inet %1$s\ndelete table inet %1$s\ntable inet %1$s {\n%2$s}\n"
        .formatted(name, chains);
  }

  /**
   * Puts rules in force in place of all that there were, and leaves alone what the table remembers.
   *
   * @param memory declares what that is: sets and the like, whose first lines end with a brace
   * @param chains which may refer to them
   * @throws IOException with nft's words; the table is as before then
   */
  public void replace(String memory, String chains) throws IOException {
    Program.Outcome listed = nft.tried("", "--terse", "list", "table", "inet", name);
    boolean remembers =
        listed.isWell() && heads(memory).allMatch(head -> listed.said().contains(head));
    nft.run(
        remembers ? replacingChains(listed.said(), chains) : replacing(memory + chains),
        "--file",
        "-");
  }

  private static Stream<String> heads(String memory) {
    return memory.lines().map(String::strip).filter(line -> line.endsWith("{"));
  }

  /** What nft is given where the table is as listed, and its memory is to stay. */
  String replacingChains(String listed, String chains) {
    String removed =
        CHAINS
            .matcher(listed)
            .results()
            .map(chain -> chain.group(1))
            .map(chain -> "delete chain inet %s %s\n".formatted(name, chain))
            .collect(Collectors.joining());
    return removed + "table inet %s {\n%s}\n".formatted(name, chains);
  }

  /**
   * Puts elements into a set in place of all that it has.
   *
   * @throws IOException with nft's words, as where there is no such set; it is as before then
   */
  public void fill(String set, Collection<String> elements) throws IOException {
    nft.run(filling(set, elements), "--file", "-");
  }

  /** One transaction, whatever the set has. */
  String filling(String set, Collection<String> elements) {
    String flush = "flush set inet %s %s\n".formatted(name, set);
    return elements.isEmpty()
        ? flush
        : flush
            + "add element inet %s %s { %s }\n".formatted(name, set, String.join(", ", elements));
  }

  /** Whether the table has a chain of that name. */
  public boolean has(String chain) throws IOException {
    return nft.tried("", "--terse", "list", "chain", "inet", name, chain).isWell();
  }

  /** All that is in force there, as nft writes it. */
  public String list() throws IOException {
    return nft.run("", "--terse", "list", "table", "inet", name);
  }

  /** Whether there is such a table, of whomever. */
  public boolean exists() throws IOException {
    return nft.tried("", "--terse", "list", "table", "inet", name).isWell();
  }

  /**
   * Removes the table if it has a chain of that name, and leaves it alone otherwise.
   *
   * @return whether it was there
   */
  public boolean removeOf(String chain) throws IOException {
    return nft.tried(removing(chain), "--file", "-").isWell() || stays(chain);
  }

  private boolean stays(String chain) throws IOException {
    if (has(chain)) {
      throw new IOException("%s: table inet %s cannot be removed".formatted(nft, name));
    }
    return false;
  }

  /** One transaction, whose first part fails where the chain is not there. */
  String removing(String chain) {
    return "flush chain inet %1$s %2$s\ndelete table inet %1$s\n".formatted(name, chain);
  }

  /** Removes the table, whoever made it; all is well if there is none. */
  public void remove() throws IOException {
    nft.run("add table inet %1$s\ndelete table inet %1$s\n".formatted(name), "--file", "-");
  }

  /** As in {@code table inet tidegate of /usr/sbin/nft in /var/run/docker/netns/ingress_sbox}. */
  @Override
  public String toString() {
    return "table inet %s of %s".formatted(name, nft);
  }
}
