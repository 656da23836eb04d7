package io.tidegate.routing;

import java.util.AbstractList;
import java.util.Iterator;
import java.util.List;
import java.util.Map.Entry;
import java.util.Objects;

/** The values of a {@link ChunkedMap}, in the order of their keys. */
final class ChunkedValues<K extends Comparable<? super K>, V> extends AbstractList<V> {

  private final List<List<Entry<K, V>>> chunks;
  private final int size;

  ChunkedValues(List<List<Entry<K, V>>> chunks, int size) {
    this.chunks = chunks;
    this.size = size;
  }

  @Override
  public V get(int index) {
    int place = Objects.checkIndex(index, size);
    int chunk = 0;
    while (place >= chunks.get(chunk).size()) {
      place -= chunks.get(chunk).size();
      chunk++;
    }
    return chunks.get(chunk).get(place).getValue();
  }

  @Override
  public Iterator<V> iterator() {
    Cursor<K, V> cursor = new Cursor<>(chunks);
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return cursor.hasNext();
      }

      @Override
      public V next() {
        return cursor.next().getValue();
      }
    };
  }

  @Override
  public int size() {
    return size;
  }
}
