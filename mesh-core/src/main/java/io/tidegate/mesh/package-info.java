/**
 * Assembles control and data path; the only room that sees both sides. Open {@link
 * io.tidegate.mesh.Mesh} first.
 */
@NullMarked
package io.tidegate.mesh;

import org.jspecify.annotations.NullMarked;
