package io.tidegate.proxy;

import io.tidegate.routing.PublishedPort;
import org.jspecify.annotations.Nullable;

/**
 * What belongs to each port number: looked up without an object, in two steps. Pages of numbers are
 * there for those that were ever in use. For one thread.
 */
final class PortMap<T> {

  private static final int PAGE_BITS = 8;
  private static final int PAGE_SIZE = 1 << PAGE_BITS;

  private final @Nullable Object[][] pages = new Object[(1 << 16) / PAGE_SIZE][];

  /** What belongs to a port from 0 to 65535, or null. */
  @SuppressWarnings("unchecked") // Only a T is ever put in.
  @Nullable T get(int port) {
    @Nullable Object[] page = pages[port >> PAGE_BITS];
    return page == null ? null : (T) page[port & PAGE_SIZE - 1];
  }

  /** For a port, or for each of a range. */
  void put(PublishedPort ports, T value) {
    for (int port = ports.number(); port <= ports.last(); port++) {
      page(port)[port & PAGE_SIZE - 1] = value;
    }
  }

  private @Nullable Object[] page(int port) {
    @Nullable Object[] page = pages[port >> PAGE_BITS];
    if (page == null) {
      page = new Object[PAGE_SIZE];
      pages[port >> PAGE_BITS] = page;
    }
    return page;
  }

  /** Takes a value out, wherever it still is there. */
  void remove(PublishedPort ports, T value) {
    for (int port = ports.number(); port <= ports.last(); port++) {
      if (value.equals(get(port))) {
        page(port)[port & PAGE_SIZE - 1] = null;
      }
    }
  }
}
