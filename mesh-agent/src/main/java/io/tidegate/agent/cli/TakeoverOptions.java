package io.tidegate.agent.cli;

import io.tidegate.agent.takeover.TakeoverConfig;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Where the ports are served that Docker publishes. */
final class TakeoverOptions {

  @Option(
      names = "--mode",
      paramLabel = "MODE",
      description =
          "Where the ports are served that Docker publishes: host (in this node's own network, where"
              + " Docker leaves them free), takeover (inside Docker's mesh, which keeps serving them"
              + " where the agent does not) or auto (takeover where Docker's mesh works and can be"
              + " entered, else host).")
  TakeoverConfig.Mode mode = TakeoverConfig.USUAL.mode();

  @Option(
      names = "--takeover-mark",
      paramLabel = "NUMBER",
      converter = Mark.class,
      description =
          "What marks the agent's packets and connections inside Docker's mesh, in case somebody"
              + " else uses the same.")
  Mark.Value mark = new Mark.Value(TakeoverConfig.USUAL_MARK);

  /**
   * What was given.
   *
   * @param isSwarm whether there is a Docker to take ports over from
   * @throws IllegalArgumentException if that cannot be
   */
  TakeoverConfig config(boolean isSwarm) {
    TakeoverConfig config = new TakeoverConfig(mode, mark.number());
    if (!isSwarm && mode == TakeoverConfig.Mode.TAKEOVER) {
      throw new IllegalArgumentException(
          "mode: takeover (expected: host or auto where --source is a file)");
    }
    return isSwarm ? config : new TakeoverConfig(TakeoverConfig.Mode.HOST, config.mark());
  }

  /** A mark as ip and nft write it. */
  static final class Mark implements ITypeConverter<Mark.Value> {

    /** A number that prints in hexadecimal. */
    record Value(int number) {
      @Override
      public String toString() {
        return "%#x".formatted(number);
      }
    }

    @Override
    public Value convert(String text) {
      try {
        long number = Long.decode(text);
        if (number == (int) number || number >>> Integer.SIZE == 0) {
          return new Value((int) number);
        }
      } catch (NumberFormatException e) {
        // falls through to the same words
      }
      throw new TypeConversionException(text + " (expected: a number of 32 bits, as in 0x7467)");
    }
  }
}
