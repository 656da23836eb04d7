package io.tidegate.proxy;

import io.tidegate.routing.Cidr;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Whether tasks of this node can be dialled from their clients' own addresses, and from which not.
 *
 * @param obstacle why not, for people; null if they can
 * @param near blocks of addresses to which a task's answers would go another way than through this
 *     process
 */
public record Transparency(@Nullable String obstacle, List<Cidr> near) {

  // This host, multicast, what is reserved, and what means something else on each link.
  private static final List<Cidr> NOBODYS =
      Stream.of("0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/3", "::/127", "fe80::/10", "ff00::/8")
          .map(Cidr::parse)
          .toList();

  public Transparency {
    near = List.copyOf(near);
  }

  /** Where it is not possible. */
  public static Transparency not(String obstacle) {
    return new Transparency(obstacle, List.of());
  }

  /** Whether a client of that address is too near, or can be none. */
  public boolean isNear(InetAddress client) {
    Cidr alone = Cidr.of(client, client.getAddress().length * Byte.SIZE);
    return isIn(NOBODYS, alone) || isIn(near, alone);
  }

  private static boolean isIn(List<Cidr> blocks, Cidr alone) {
    return blocks.stream().anyMatch(block -> block.contains(alone.network(), alone.host()));
  }
}
