package io.tidegate.routing;

import java.util.Iterator;
import java.util.List;
import java.util.Map.Entry;
import java.util.NoSuchElementException;

/** Goes through the entries of a {@link ChunkedMap}, where it can whole chunks at a time. */
final class Cursor<K extends Comparable<? super K>, V> implements Iterator<Entry<K, V>> {

  private final List<List<Entry<K, V>>> chunks;
  private int chunk;
  private int place;

  Cursor(List<List<Entry<K, V>>> chunks) {
    this.chunks = chunks;
  }

  @Override
  public boolean hasNext() {
    return chunk < chunks.size();
  }

  @Override
  public Entry<K, V> next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    Entry<K, V> next = chunks.get(chunk).get(place);
    place++;
    if (place == chunks.get(chunk).size()) {
      skipChunk();
    }
    return next;
  }

  /** Whether both are at the beginning of one and the same chunk. */
  @SuppressWarnings("ReferenceEquality") // What is the same object need not be looked through.
  boolean isBeforeSameChunkAs(Cursor<?, ?> other) {
    return place == 0
        && other.place == 0
        && hasNext()
        && other.hasNext()
        && chunks.get(chunk) == (Object) other.chunks.get(other.chunk);
  }

  void skipChunk() {
    chunk++;
    place = 0;
  }

  /** Which of them is at the smaller key; one that is at the end is behind all. */
  int compareTo(Cursor<K, V> other) {
    if (!hasNext() || !other.hasNext()) {
      return Boolean.compare(other.hasNext(), hasNext());
    }
    return key().compareTo(other.key());
  }

  private K key() {
    return chunks.get(chunk).get(place).getKey();
  }

  /** Whether two come by equal entries all the way to the same end. */
  static boolean areSame(Cursor<?, ?> one, Cursor<?, ?> other) {
    while (one.hasNext() && other.hasNext()) {
      if (one.isBeforeSameChunkAs(other)) {
        one.skipChunk();
        other.skipChunk();
      } else if (!one.next().equals(other.next())) {
        return false;
      }
    }
    return one.hasNext() == other.hasNext();
  }
}
