/**
 * What services can declare, in one table ({@link io.tidegate.agent.labels.Labels}, the class to
 * open first): each label with its type, default and meaning, and how it becomes part of a policy.
 */
@NullMarked
package io.tidegate.agent.labels;

import org.jspecify.annotations.NullMarked;
