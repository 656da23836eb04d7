package io.tidegate.agent;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import io.tidegate.agent.cli.AgentConfig;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Logs on standard error, one line per event: our own at the chosen level, libraries from warnings
 * on. There is one place for it, and no XML.
 */
final class LogSetup {

  private static final String OURS = "io.tidegate";
  private static final String NETTY_BOOTSTRAP = "io.netty.bootstrap.Bootstrap";

  private LogSetup() {}

  static void apply(AgentConfig.Log log) {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.reset();
    configure(context, log.level(), log.format());
  }

  private static void configure(LoggerContext context, Level level, AgentConfig.Format format) {
    Encoder<ILoggingEvent> encoder =
        switch (format) {
          case TEXT -> text();
          case JSON -> json();
        };
    encoder.setContext(context);
    encoder.start();
    ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
    appender.setContext(context);
    appender.setTarget("System.err");
    appender.setEncoder(encoder);
    appender.start();
    var root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.addAppender(appender);
    root.setLevel(ch.qos.logback.classic.Level.WARN);
    // gRPC asks for SO_KEEPALIVE on Unix sockets too, and Netty complains of that each time
    context.getLogger(NETTY_BOOTSTRAP).setLevel(ch.qos.logback.classic.Level.ERROR);
    context.getLogger(OURS).setLevel(ch.qos.logback.classic.Level.convertAnSLF4JLevel(level));
  }

  private static Encoder<ILoggingEvent> text() {
    LayoutWrappingEncoder<ILoggingEvent> encoder = new LayoutWrappingEncoder<>();
    encoder.setLayout(new LogLine());
    return encoder;
  }

  private static Encoder<ILoggingEvent> json() {
    JsonEncoder encoder = new JsonEncoder();
    encoder.setWithSequenceNumber(false);
    encoder.setWithNanoseconds(false);
    encoder.setWithContext(false);
    encoder.setWithMDC(false);
    encoder.setWithMarkers(false);
    encoder.setWithArguments(false);
    encoder.setWithMessage(false);
    encoder.setWithFormattedMessage(true);
    return encoder;
  }
}
