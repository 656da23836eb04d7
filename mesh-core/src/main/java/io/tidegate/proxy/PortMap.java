package io.tidegate.proxy;

import org.jspecify.annotations.Nullable;

/**
 * What belongs to each port number: looked up without an object, in two steps. Pages of numbers are
 * there for those that are in use. For one thread.
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

  void put(int port, T value) {
    @Nullable Object[] page = pages[port >> PAGE_BITS];
    if (page == null) {
      page = new Object[PAGE_SIZE];
      pages[port >> PAGE_BITS] = page;
    }
    page[port & PAGE_SIZE - 1] = value;
  }

  /** Takes a value out, if it is still there. */
  void remove(int port, T value) {
    @Nullable Object[] page = pages[port >> PAGE_BITS];
    if (page != null && value.equals(page[port & PAGE_SIZE - 1])) {
      page[port & PAGE_SIZE - 1] = null;
    }
  }
}
