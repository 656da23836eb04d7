package io.tidegate.bench.compare.load;

import java.io.IOException;
import java.io.Serial;

/** Bytes were lost, added or changed on their way. */
final class PayloadException extends IOException {

  @Serial private static final long serialVersionUID = 1;

  PayloadException(String message) {
    super(message);
  }
}
