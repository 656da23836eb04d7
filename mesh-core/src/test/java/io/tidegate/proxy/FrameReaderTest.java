package io.tidegate.proxy;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameReaderTest {

  private final FrameReader reader = new FrameReader();
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private int behind;

  /** Reads a piece, where it is in a buffer that has something else before it and behind. */
  private void read(byte... piece) throws IOException {
    int from = 3;
    ByteBuffer buffer = ByteBuffer.allocateDirect(from + piece.length + 3);
    buffer.put(from, piece);
    int count = reader.read(buffer, from, from + piece.length);
    byte[] found = new byte[count];
    buffer.get(0, found);
    said.writeBytes(found);
    behind = from + piece.length - reader.behind();
  }

  private static byte[] frame(byte... bytes) {
    return ByteBuffer.allocate(4 + bytes.length).putInt(bytes.length).put(bytes).array();
  }

  private static byte[] word(int value) {
    return ByteBuffer.allocate(4).putInt(value).array();
  }

  private static byte[] of(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    Arrays.stream(parts).forEach(all::writeBytes);
    return all.toByteArray();
  }

  private static byte[] text(String text) {
    return text.getBytes(US_ASCII);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 64, 5_000})
  void findsWhatWasSaidHoweverItWasCut(int mostAtOnce) throws IOException {
    Random random = new Random(mostAtOnce);
    ByteArrayOutputStream expected = new ByteArrayOutputStream();
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    for (int i = 0; i < 200; i++) {
      byte[] bytes = new byte[1 + random.nextInt(100)];
      random.nextBytes(bytes);
      expected.writeBytes(bytes);
      stream.writeBytes(frame(bytes));
    }
    stream.writeBytes(word(FrameReader.END));
    byte[] all = stream.toByteArray();
    for (int at = 0; at < all.length; ) {
      int end = Math.min(all.length, at + 1 + random.nextInt(mostAtOnce));
      assertThat(reader.hasEnded()).isFalse();
      read(Arrays.copyOfRange(all, at, end));
      at = end;
    }
    assertThat(said.toByteArray()).isEqualTo(expected.toByteArray());
    assertThat(reader.hasEnded()).isTrue();
  }

  @Test
  void leavesWhatComesBehindAnEndAlone() throws IOException {
    read(of(frame(text("last")), word(FrameReader.END), text("behind")));
    assertThat(said).hasToString("last");
    assertThat(behind).isEqualTo(6);
  }

  @Test
  void findsTheNextClientsFramesOnceItIsRenewed() throws IOException {
    read(of(frame(text("one")), word(FrameReader.END)));
    reader.renew();
    read(frame(text("two")));
    assertThat(said).hasToString("onetwo");
    assertThat(reader.hasEnded()).isFalse();
  }

  @Test
  void takesEverythingForSaidOnceItIsBare() throws IOException {
    read(of(frame(text("framed")), word(FrameReader.BARE), text("bare")));
    assertThat(reader.isBare()).isTrue();
    read(word(FrameReader.END));
    assertThat(said).hasToString("framedbare\0\0\0\0");
    assertThat(reader.hasEnded()).isFalse();
  }

  @Test
  void knowsWhetherAFrameHasBegun() throws IOException {
    assertThat(reader.isWithin()).isFalse();
    read((byte) 0);
    assertThat(reader.isWithin()).isTrue();
    read(new byte[] {0, 0, 2, 'a'});
    assertThat(reader.isWithin()).isTrue();
    read((byte) 'b');
    assertThat(reader.isWithin()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {-2, Integer.MIN_VALUE, FrameReader.MOST_BYTES + 1, 0x47455420})
  void refusesALengthThatNoFrameHas(int length) {
    assertThatThrownBy(() -> read(word(length)))
        .isInstanceOf(IOException.class)
        .hasMessage("a frame of %d bytes (expected: at most %d)", length, FrameReader.MOST_BYTES);
  }
}
