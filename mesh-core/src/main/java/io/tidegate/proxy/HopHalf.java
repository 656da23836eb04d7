package io.tidegate.proxy;

import io.netty.buffer.ByteBuf;
import io.tidegate.header.HopAnswer;
import io.tidegate.header.HopHeader;
import io.tidegate.header.HopProtocol;
import io.tidegate.kernel.CallException;
import io.tidegate.kernel.TcpSocket;
import io.tidegate.routing.HopOffer;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The upstream half of a client that is passed to the agent on the task's node. Arrives once that
 * one has said that the task is reached; behind its answer are the task's bytes. Both ends passed
 * on, it waits for the next client.
 */
final class HopHalf extends FramedHalf {

  // From asm-generic/errno.h.
  private static final int ECONNREFUSED = 111;

  private static final byte[] NOTHING = {};

  private final Shard shard;
  private final HopOffer offer;
  private final byte[] challenge = new byte[HopProtocol.CHALLENGE_BYTES];
  private int challengeBytes;
  // Once a challenge was heard, the first or a later one.
  private boolean met;
  private @Nullable HopHeader header;
  private boolean asked;
  private int answerBytes;
  private int udpPort;
  private @Nullable ByteBuf said;
  private boolean answered;
  private @Nullable IOException failure;

  HopHalf(Shard shard, TcpSocket socket, Owner owner, HopOffer offer) {
    super(socket, owner, false);
    this.shard = shard;
    this.offer = offer;
  }

  /** Whether nothing but a client is missing. */
  boolean isWarm() {
    return isChallenged() && !asked && failure == null;
  }

  private boolean isChallenged() {
    return challengeBytes == challenge.length;
  }

  /** Asks for a task, as soon as the challenge is there. */
  void ask(HopHeader next) throws IOException {
    header = next;
    if (isChallenged()) {
      send(next);
    }
  }

  HopOffer offer() {
    return offer;
  }

  /** Where the other agent takes the datagrams of a UDP session, once it has answered. */
  int udpPort() {
    return udpPort;
  }

  /** Goes on as far as it can; true while it has neither arrived nor failed. */
  @Override
  boolean isArriving() {
    try {
      return failure == null && !answered && !advance();
    } catch (IOException e) {
      failure = isOpening() ? refused("no tunnel leads there: " + e.getMessage()) : e;
      return false;
    }
  }

  /** Whether nothing was heard yet through a tunnel, whose near end takes everybody. */
  private boolean isOpening() {
    return offer.namespace() == null && !met;
  }

  @Override
  void checkArrived() throws IOException {
    if (failure != null) {
      throw failure;
    }
    super.checkArrived();
  }

  private boolean advance() throws IOException {
    super.checkArrived();
    if (!asked && !isChallenged()) {
      takeChallenge(0, hear(challenge.length - challengeBytes));
      if (isChallenged() && header != null) {
        send(header);
      }
    }
    if (asked) {
      hearAnswer();
    } else if (isChallenged() && hasPeerEnded()) {
      throw refused("it has closed the connection");
    }
    return answered;
  }

  private void takeChallenge(int from, int count) {
    shard.buffer().get(from, challenge, challengeBytes, count);
    challengeBytes += count;
    met |= isChallenged();
  }

  /** Behind it there may be what the task has said: it is read along, and kept. */
  private void hearAnswer() throws IOException {
    int due = HopProtocol.answerBytes(Objects.requireNonNull(header).protocol());
    int read = hear(shard.readLimit());
    int at = 0;
    while (answerBytes < due && at < read) {
      byte next = shard.buffer().get(at++);
      if (answerBytes == 0) {
        check(next);
      } else {
        udpPort = udpPort << Byte.SIZE | Byte.toUnsignedInt(next);
      }
      answerBytes++;
    }
    answered = answerBytes == due;
    if (at < read) {
      keepSaid(at, read);
    }
  }

  private void keepSaid(int from, int to) throws IOException {
    int count = find(shard, from, to);
    if (count > 0) {
      said = shard.keep(shard.buffer(), 0, count);
    }
    // The end is there already, and epoll tells of nothing more.
    readable |= hasSaidAll();
  }

  /**
   * Reads what there is, up to so much, into the shard's buffer; nothing where epoll tells of
   * nothing.
   */
  private int hear(int most) throws IOException {
    if (!readable) {
      return 0;
    }
    int read = socket.readAddress(shard.bufferAddress(), 0, most);
    if (read < 0) {
      throw refused("it has closed the connection");
    }
    if (read < most) {
      onEmptied();
    }
    return read;
  }

  @Override
  @Nullable ByteBuf takeSaid() {
    ByteBuf taken = said;
    said = null;
    return taken;
  }

  @Override
  void closeNow() {
    ByteBuf unheard = takeSaid();
    if (unheard != null) {
      shard.release(unheard);
    }
    super.closeNow();
  }

  private void send(HopHeader sent) throws IOException {
    byte[] bytes = sent.sealed(offer.key(), challenge);
    shard.buffer().put(0, bytes);
    if (socket.writeAddress(shard.bufferAddress(), 0, bytes.length) != bytes.length) {
      throw refused("it takes nothing");
    }
    asked = true;
    challengeBytes = 0;
  }

  // --- the next client ---

  @Override
  byte[] lastWords() {
    return NOTHING;
  }

  @Override
  void heardBehind(Shard ignored, int from, int to) throws IOException {
    if (to - from > challenge.length - challengeBytes) {
      throw new IOException("%d bytes behind an end".formatted(to - from));
    }
    takeChallenge(from, to - from);
  }

  @Override
  void serveAgain(Shard ignored) {
    header = null;
    asked = false;
    answerBytes = 0;
    answered = false;
    shard.hops().giveBack(this);
  }

  // --- refusals ---

  private void check(byte code) throws IOException {
    HopAnswer answer = HopAnswer.of(code);
    if (answer == HopAnswer.NOT_TRANSPARENT) {
      throw new NotTransparentException(words(answer.toString()));
    }
    if (answer == HopAnswer.BUSY || answer == HopAnswer.HOME_UNKNOWN) {
      throw new NotTakenException(words(answer.toString()));
    }
    if (answer != HopAnswer.TAKEN) {
      throw refused(answer == null ? "for reason " + code : answer.toString());
    }
  }

  private String words(String why) {
    return "the agent at " + offer.address() + ": " + why;
  }

  private IOException refused(String why) {
    return new CallException(words(why), ECONNREFUSED);
  }
}
