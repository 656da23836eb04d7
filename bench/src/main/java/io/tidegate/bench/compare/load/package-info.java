/**
 * Traffic: clients and tasks on one thread, every byte checked.
 *
 * <pre>
 *   Traffic ──► Asker, UploadFlow, DownloadFlow ──► the proxy ──► Responder
 *   (what is kept going)        clients                            tasks
 * </pre>
 */
@NullMarked
package io.tidegate.bench.compare.load;

import org.jspecify.annotations.NullMarked;
