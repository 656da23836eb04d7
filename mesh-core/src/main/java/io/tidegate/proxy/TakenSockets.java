package io.tidegate.proxy;

import io.netty.channel.unix.Socket;

/** What one shard has at a foothold, for the ports of each protocol that are taken over there. */
record TakenSockets(Socket stream, Socket datagrams) {}
