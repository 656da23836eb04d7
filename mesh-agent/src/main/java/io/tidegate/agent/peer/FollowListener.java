package io.tidegate.agent.peer;

import io.grpc.ServerCall;

/** One stream, as its publisher hears of it. For the publisher's event loop. */
final class FollowListener extends ServerCall.Listener<byte[]> {

  private final Subscription subscription;
  private final Subscriptions subscriptions;

  FollowListener(Subscription subscription, Subscriptions subscriptions) {
    this.subscription = subscription;
    this.subscriptions = subscriptions;
  }

  @Override
  public void onHalfClose() {
    subscriptions.add(subscription);
  }

  @Override
  public void onReady() {
    subscription.pump(System.nanoTime());
  }

  @Override
  public void onCancel() {
    subscriptions.remove(subscription);
  }

  /** This side has closed it, which gRPC does too where a message cannot be sent. */
  @Override
  public void onComplete() {
    subscriptions.remove(subscription);
  }
}
