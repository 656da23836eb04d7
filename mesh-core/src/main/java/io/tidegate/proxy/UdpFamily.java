package io.tidegate.proxy;

/** The memory that the datagrams of one family of addresses pass through, on one shard. */
final class UdpFamily {

  final UdpPacketInfo packetInfo;
  final UdpBatch batch;
  final UdpAnswers answers;

  UdpFamily(Shard shard, UdpPacketInfo packetInfo) {
    this.packetInfo = packetInfo;
    batch = new UdpBatch(packetInfo);
    answers = new UdpAnswers(shard, packetInfo);
  }
}
