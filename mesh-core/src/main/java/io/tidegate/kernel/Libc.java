package io.tidegate.kernel;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.ByteOrder;

/**
 * The calls that Netty does not offer, or offers at the price of further calls. Each returns what
 * the call returned, or the negated errno. The constants are those of x86-64 and AArch64, which
 * agree.
 */
public final class Libc {

  public static final int AF_INET = 2;
  public static final int AF_INET6 = 10;
  public static final int SOCK_STREAM = 1;
  public static final int SOCK_NONBLOCK = 0x800;
  public static final int SOCK_CLOEXEC = 0x80000;
  static final int SOL_SOCKET = 1;
  public static final int SO_REUSEADDR = 2;
  static final int SO_ERROR = 4;
  public static final int SO_KEEPALIVE = 9;
  public static final int SO_LINGER = 13;
  static final int IPPROTO_TCP = 6;
  public static final int TCP_NODELAY = 1;
  public static final int TCP_KEEPIDLE = 4;
  public static final int TCP_KEEPINTVL = 5;
  public static final int TCP_KEEPCNT = 6;
  static final int TCP_QUICKACK = 12;
  public static final int TCP_USER_TIMEOUT = 18;
  public static final int SOL_IP = 0;
  public static final int IP_TRANSPARENT = 19;
  public static final int SOL_IPV6 = 41;
  public static final int IPV6_TRANSPARENT = 75;
  static final int SHUT_WR = 1;

  private static final int CLOCK_MONOTONIC = 1;
  private static final int FD_CLOEXEC = 1;
  private static final int SOCKADDR_IN_BYTES = 16;
  private static final ValueLayout.OfShort BIG_ENDIAN_SHORT =
      JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfInt BIG_ENDIAN_INT = JAVA_INT.withOrder(ByteOrder.BIG_ENDIAN);
  private static final int F_SETFD = 2;
  private static final int F_SETFL = 4;
  private static final int F_DUPFD_CLOEXEC = 1030;
  private static final int F_SETPIPE_SZ = 1031;
  private static final int F_GETPIPE_SZ = 1032;

  private static final MethodHandle SOCKET = Downcalls.handle("socket");
  private static final MethodHandle SHUTDOWN = Downcalls.handle("shutdown");
  private static final MethodHandle FCNTL = Downcalls.handle("fcntl");
  private static final MethodHandle BIND = Downcalls.handle("bind");
  private static final MethodHandle CONNECT = Downcalls.handle("connect");
  private static final MethodHandle SETSOCKOPT = Downcalls.handle("setsockopt");
  private static final MethodHandle GETSOCKOPT = Downcalls.handle("getsockopt");
  private static final MethodHandle GETSOCKNAME = Downcalls.handle("getsockname");
  private static final MethodHandle TIMERFD_CREATE = Downcalls.handle("timerfd_create");
  private static final MethodHandle TIMERFD_SETTIME = Downcalls.handle("timerfd_settime");

  // Option values pass through here: two ints in, or one int out with its length behind it;
  // and struct itimerspec, which is four longs.
  private static final ThreadLocal<MemorySegment> SCRATCH =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(JAVA_LONG, 4));

  private Libc() {}

  /** The descriptor, or an errno below 0. */
  public static int socket(int family, int type) {
    MemorySegment state = Downcalls.callState();
    try {
      return Downcalls.result(
          (long) SOCKET.invokeExact(state, (long) family, (long) type, 0L, 0L, 0L, 0L), state);
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }

  /** 0, or an errno below it. */
  public static int shutdown(int fd, int how) {
    MemorySegment state = Downcalls.callState();
    try {
      return Downcalls.result(
          (long) SHUTDOWN.invokeExact(state, (long) fd, (long) how, 0L, 0L, 0L, 0L), state);
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }

  /**
   * connect(2).
   *
   * @param sockaddr address of a sockaddr_in or sockaddr_in6 in native memory
   */
  public static int connect(int fd, long sockaddr, int length) {
    MemorySegment state = Downcalls.callState();
    try {
      return Downcalls.result(
          (long) CONNECT.invokeExact(state, (long) fd, sockaddr, (long) length, 0L, 0L, 0L), state);
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }

  /**
   * bind(2).
   *
   * @param sockaddr address of a sockaddr_in or sockaddr_in6 in native memory
   */
  public static int bind(int fd, long sockaddr, int length) {
    MemorySegment state = Downcalls.callState();
    try {
      return Downcalls.result(
          (long) BIND.invokeExact(state, (long) fd, sockaddr, (long) length, 0L, 0L, 0L), state);
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }

  /** 0, or an errno below it. */
  public static int setOption(int fd, int level, int option, int value) {
    MemorySegment scratch = SCRATCH.get();
    scratch.setAtIndex(JAVA_INT, 0, value);
    return setsockopt(fd, level, option, scratch, Integer.BYTES);
  }

  /** SO_LINGER with a time of 0: close(2) sends a reset. */
  public static int resetOnClose(int fd) {
    MemorySegment scratch = SCRATCH.get();
    scratch.setAtIndex(JAVA_INT, 0, 1);
    scratch.setAtIndex(JAVA_INT, 1, 0);
    return setsockopt(fd, SOL_SOCKET, SO_LINGER, scratch, 2 * Integer.BYTES);
  }

  private static int setsockopt(int fd, int level, int option, MemorySegment value, int length) {
    MemorySegment state = Downcalls.callState();
    try {
      return Downcalls.result(
          (long)
              SETSOCKOPT.invokeExact(
                  state,
                  (long) fd,
                  (long) level,
                  (long) option,
                  value.address(),
                  (long) length,
                  0L),
          state);
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }

  /** The socket's pending error, which this clears, as a positive errno; 0 for none. */
  static int pendingError(int fd) {
    MemorySegment state = Downcalls.callState();
    MemorySegment scratch = SCRATCH.get();
    scratch.setAtIndex(JAVA_INT, 1, Integer.BYTES);
    long value = scratch.address();
    try {
      int result =
          Downcalls.result(
              (long)
                  GETSOCKOPT.invokeExact(
                      state,
                      (long) fd,
                      (long) SOL_SOCKET,
                      (long) SO_ERROR,
                      value,
                      value + Integer.BYTES,
                      0L),
              state);
      return result < 0 ? -result : scratch.getAtIndex(JAVA_INT, 0);
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }

  /** The port of the address that a client of TCP has connected to. */
  public static int localPort(int fd) {
    long name = localName(fd);
    return name < 0 ? (int) name : portOf(name);
  }

  /** That address, of one over IPv4. */
  public static int addressOf(long localName) {
    return (int) (localName >>> Short.SIZE);
  }

  /** The port of what {@link #localName} returned. */
  public static int portOf(long localName) {
    return (int) localName & 0xffff;
  }

  /**
   * Address and port that a client of TCP has connected to, in one number; of IPv6 the port alone
   * is right.
   */
  public static long localName(int fd) {
    MemorySegment state = Downcalls.callState();
    MemorySegment scratch = SCRATCH.get();
    // struct sockaddr_in, and its length behind it
    scratch.setAtIndex(JAVA_INT, 4, SOCKADDR_IN_BYTES);
    long name = scratch.address();
    try {
      int result =
          Downcalls.result(
              (long)
                  GETSOCKNAME.invokeExact(
                      state, (long) fd, name, name + SOCKADDR_IN_BYTES, 0L, 0L, 0L),
              state);
      if (result < 0) {
        return result;
      }
      long address = Integer.toUnsignedLong(scratch.get(BIG_ENDIAN_INT, 2 * Short.BYTES));
      int port = Short.toUnsignedInt(scratch.get(BIG_ENDIAN_SHORT, Short.BYTES));
      return address << Short.SIZE | port;
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }

  /** timerfd_create(2): a timer that tells by being readable. */
  public static int timer() {
    MemorySegment state = Downcalls.callState();
    try {
      // The flags are those of a socket.
      int flags = SOCK_NONBLOCK | SOCK_CLOEXEC;
      return Downcalls.result(
          (long)
              TIMERFD_CREATE.invokeExact(
                  state, (long) CLOCK_MONOTONIC, (long) flags, 0L, 0L, 0L, 0L),
          state);
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }

  /** Lets a timer tell once, after less than a second. */
  public static int setTimer(int fd, long delayNanos) {
    MemorySegment state = Downcalls.callState();
    MemorySegment scratch = SCRATCH.get();
    // struct itimerspec: the interval of repetition, then the delay, each in seconds, nanoseconds.
    scratch.fill((byte) 0).setAtIndex(JAVA_LONG, 3, delayNanos);
    try {
      return Downcalls.result(
          (long) TIMERFD_SETTIME.invokeExact(state, (long) fd, 0L, scratch.address(), 0L, 0L, 0L),
          state);
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }

  /**
   * Asks for a pipe's size and returns the size that it has then: the kernel may round it, or
   * refuse.
   */
  static int setPipeSize(int fd, int bytes) {
    int granted = fcntl(fd, F_SETPIPE_SZ, bytes);
    return granted > 0 ? granted : Math.max(fcntl(fd, F_GETPIPE_SZ, 0), 0);
  }

  /** A second descriptor, close-on-exec, of what the first one is of. */
  public static int duplicate(int fd) {
    return fcntl(fd, F_DUPFD_CLOEXEC, 0);
  }

  static int closeOnExec(int fd) {
    return fcntl(fd, F_SETFD, FD_CLOEXEC);
  }

  /** Lets calls wait, for all who hold what the descriptor is of. */
  static int setBlocking(int fd) {
    return fcntl(fd, F_SETFL, 0);
  }

  private static int fcntl(int fd, int command, int argument) {
    MemorySegment state = Downcalls.callState();
    try {
      return Downcalls.result(
          (long) FCNTL.invokeExact(state, (long) fd, (long) command, (long) argument, 0L, 0L, 0L),
          state);
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }
}
