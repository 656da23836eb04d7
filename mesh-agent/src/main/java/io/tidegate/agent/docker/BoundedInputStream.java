package io.tidegate.agent.docker;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A stream that fails once it has given more than it may. */
final class BoundedInputStream extends FilterInputStream {

  private final long maxBytes;
  private final String what;
  private long bytesRead;

  BoundedInputStream(InputStream in, long maxBytes, String what) {
    super(in);
    this.maxBytes = maxBytes;
    this.what = what;
  }

  @Override
  public int read() throws IOException {
    int value = super.read();
    if (value >= 0) {
      count(1);
    }
    return value;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    int read = super.read(buffer, offset, length);
    if (read > 0) {
      count(read);
    }
    return read;
  }

  private void count(int bytes) throws IOException {
    bytesRead += bytes;
    if (bytesRead > maxBytes) {
      throw new IOException(what + ": an answer of more than " + maxBytes + " bytes");
    }
  }
}
