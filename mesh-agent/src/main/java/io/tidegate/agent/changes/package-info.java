/**
 * What changed, when it came in force and how long that took. Open {@link
 * io.tidegate.agent.changes.ChangeLog} first.
 */
@NullMarked
package io.tidegate.agent.changes;

import org.jspecify.annotations.NullMarked;
