package io.tidegate.agent.source;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;

/** A file that cannot be read. The message names it once: {@code stack.yml: no such file}. */
final class UnreadableFileException extends IOException {

  private static final long serialVersionUID = 1;

  UnreadableFileException(Path file, IOException cause) {
    super(file + ": " + reason(cause), cause);
  }

  // The messages of those that name a file begin with it, and some have nothing else.
  private static String reason(IOException cause) {
    return switch (cause) {
      case NoSuchFileException _ -> "no such file";
      case AccessDeniedException _ -> "permission denied";
      case FileSystemException e -> Objects.requireNonNullElse(e.getReason(), "cannot be read");
      default -> String.valueOf(cause.getMessage());
    };
  }
}
