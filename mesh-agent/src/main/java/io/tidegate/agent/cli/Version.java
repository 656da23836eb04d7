package io.tidegate.agent.cli;

import picocli.CommandLine.IVersionProvider;

/** The version that the jar was built with. */
public final class Version implements IVersionProvider {

  /** As in {@code 0.1.0}; {@code dev} when the classes do not come from the jar. */
  public static String text() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "dev" : version;
  }

  @Override
  public String[] getVersion() {
    return new String[] {"tidegate " + text() + " (Java " + Runtime.version() + ")"};
  }
}
