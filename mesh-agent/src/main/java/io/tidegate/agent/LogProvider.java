package io.tidegate.agent;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import org.jspecify.annotations.Nullable;
import org.slf4j.ILoggerFactory;
import org.slf4j.IMarkerFactory;
import org.slf4j.helpers.BasicMarkerFactory;
import org.slf4j.spi.MDCAdapter;
import org.slf4j.spi.SLF4JServiceProvider;

/**
 * Logback, without its search for a configuration: that opens every jar of the class path, which
 * was a tenth of the time to start. Says nothing before {@link LogSetup#apply}.
 */
public final class LogProvider implements SLF4JServiceProvider {

  private static final String API_VERSION = "2.0.99"; // Any of 2.0, as SLF4J writes it.

  private final LoggerContext loggers = new LoggerContext();
  private final IMarkerFactory markers = new BasicMarkerFactory();
  private final LogbackMDCAdapter contexts = new LogbackMDCAdapter();

  /** To be called before the first logger is asked for. */
  static void install() {
    System.setProperty("slf4j.provider", LogProvider.class.getName());
    // Otherwise SLF4J tells on standard error that it does as it was told.
    System.setProperty("slf4j.internal.verbosity", "WARN");
  }

  @Override
  public void initialize() {
    loggers.setMDCAdapter(contexts);
    loggers.start();
  }

  @Override
  public ILoggerFactory getLoggerFactory() {
    return loggers;
  }

  @Override
  public IMarkerFactory getMarkerFactory() {
    return markers;
  }

  @Override
  public @Nullable MDCAdapter getMDCAdapter() {
    return contexts;
  }

  @Override
  public String getRequestedApiVersion() {
    return API_VERSION;
  }
}
