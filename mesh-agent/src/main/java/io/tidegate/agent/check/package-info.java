/**
 * Whether the tasks of this node are well, where their services ask for that by label.
 *
 * <pre>
 *   Topology ──▶ Checkups ── what is due ──▶ Check   one at a time per task, on a thread of its own
 *                   │  ▲                       │
 *                   │  └────── Outcome ────────┘
 *                   ▼
 *                TaskMark   unwell, again and again; well
 * </pre>
 *
 * Open {@link io.tidegate.agent.check.HealthChecks} first.
 */
@NullMarked
package io.tidegate.agent.check;

import org.jspecify.annotations.NullMarked;
