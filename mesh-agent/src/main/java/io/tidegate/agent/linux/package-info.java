/**
 * What the agent asks of Linux: sockets in other network namespaces ({@link
 * io.tidegate.agent.linux.NetworkNamespaces}, the class to open first), packet rules there ({@link
 * io.tidegate.agent.linux.NftTable}), and facts about this node's kernel, capabilities and ports.
 */
@NullMarked
package io.tidegate.agent.linux;

import org.jspecify.annotations.NullMarked;
