/**
 * The command line: options from flags, environment and file, and what is said when they are wrong.
 * Open {@link io.tidegate.agent.cli.Tidegate} first.
 */
@NullMarked
package io.tidegate.agent.cli;

import org.jspecify.annotations.NullMarked;
