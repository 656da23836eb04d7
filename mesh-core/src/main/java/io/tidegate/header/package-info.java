/**
 * Headers in front of a client's bytes, as bytes: PROXY protocol in and out, and those of hops with
 * their seals. Reads and writes; decides nothing.
 */
@NullMarked
package io.tidegate.header;

import org.jspecify.annotations.NullMarked;
