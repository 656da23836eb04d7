package io.tidegate.agent.admin;

import org.jspecify.annotations.Nullable;

/**
 * What a page is asked for.
 *
 * @param accept the header Accept, which decides among formats where there are several
 */
record Request(@Nullable String accept, Query query) {}
