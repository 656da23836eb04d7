package io.tidegate.agent.admin;

/**
 * The value that an option has, and where it came from.
 *
 * @param name as in {@code connect-timeout}
 * @param origin {@code flag}, {@code default}, the name of an environment variable, or file and
 *     line
 */
public record OptionInForce(String name, String value, String origin) {}
