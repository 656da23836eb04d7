/**
 * {@code tidegate lint} and {@code tidegate labels}: what services declare, checked before they are
 * deployed. Open {@link io.tidegate.agent.lint.Linter} first.
 */
@NullMarked
package io.tidegate.agent.lint;

import org.jspecify.annotations.NullMarked;
