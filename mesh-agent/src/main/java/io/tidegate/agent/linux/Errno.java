package io.tidegate.agent.linux;

/** The system's error numbers that opening, entering and dialling can give, in words. */
final class Errno {

  static final int EPERM = 1;
  static final int ENOENT = 2;
  static final int EBADF = 9;
  static final int ENOMEM = 12;
  static final int EACCES = 13;
  static final int ENOTDIR = 20;
  static final int EINVAL = 22;
  static final int ENFILE = 23;
  static final int EMFILE = 24;
  static final int ENAMETOOLONG = 36;
  static final int EAFNOSUPPORT = 97;
  static final int ENOBUFS = 105;

  private Errno() {}

  static String text(int errno) {
    return switch (errno) {
      case EPERM -> "Operation not permitted (CAP_SYS_ADMIN is needed)";
      case ENOENT -> "No such file or directory";
      case EBADF -> "Bad file descriptor";
      case ENOMEM -> "Cannot allocate memory";
      case EACCES -> "Permission denied";
      case ENOTDIR -> "Not a directory";
      case EINVAL -> "Invalid argument (no network namespace is mounted there)";
      case ENFILE -> "Too many open files in system";
      case EMFILE -> "Too many open files";
      case ENAMETOOLONG -> "File name too long";
      case EAFNOSUPPORT -> "Address family not supported by protocol";
      case ENOBUFS -> "No buffer space available";
      default -> "errno " + errno;
    };
  }
}
