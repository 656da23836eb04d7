package io.tidegate.kernel;

import io.netty.channel.unix.Errors.NativeIoException;
import java.io.IOException;
import java.util.Set;

/** What the errors of system calls mean here. */
public final class Errno {

  // From asm-generic/errno-base.h and errno.h; Netty reports them negated.
  private static final int ENOMEM = 12;
  private static final int EINVAL = 22;
  private static final int ENFILE = 23;
  private static final int EMFILE = 24;
  private static final int EADDRINUSE = 98;
  private static final int EADDRNOTAVAIL = 99;
  private static final int ENETUNREACH = 101;
  private static final int ENOBUFS = 105;
  private static final int ETIMEDOUT = 110;
  private static final int ECONNREFUSED = 111;
  private static final int EHOSTDOWN = 112;
  private static final int EHOSTUNREACH = 113;
  private static final Set<Integer> EXHAUSTED = Set.of(ENOMEM, ENFILE, EMFILE, ENOBUFS);
  private static final Set<Integer> UNREACHABLE =
      Set.of(ENETUNREACH, ETIMEDOUT, EHOSTDOWN, EHOSTUNREACH);

  private Errno() {}

  /** Whether the process or the system is out of descriptors or memory, which passes. */
  public static boolean isExhausted(IOException e) {
    return EXHAUSTED.contains(number(e));
  }

  /** Whether the other host is there, but nobody listens. */
  public static boolean isRefused(IOException e) {
    return number(e) == ECONNREFUSED;
  }

  /** Whether the other host does not answer, or there is no way to it. */
  public static boolean isUnreachable(IOException e) {
    return UNREACHABLE.contains(number(e));
  }

  /** Whether somebody else has the address and port, or the connection that it would be. */
  public static boolean isInUse(IOException e) {
    return number(e) == EADDRINUSE || number(e) == EADDRNOTAVAIL;
  }

  /** Whether the call is not to be had for this kind of descriptor. */
  public static boolean isUnsupported(IOException e) {
    return number(e) == EINVAL;
  }

  private static int number(IOException e) {
    return switch (e) {
      case NativeIoException ofNetty -> -ofNetty.expectedErr();
      case CallException ours -> ours.errno();
      default -> 0;
    };
  }

  /** The system's words alone: {@code Address already in use}, without call and number. */
  public static String text(IOException e) {
    String message = e.getMessage();
    if (message == null) {
      return e.getClass().getSimpleName();
    }
    int words = message.indexOf("): ");
    return words < 0 ? message : message.substring(words + 3);
  }
}
