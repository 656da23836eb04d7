package io.tidegate.routing;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An immutable map in the order of its keys. One that was made from another shares with it all that
 * did not change: a change copies one chunk of entries and the list of the chunks, and a comparison
 * passes over every chunk that both have.
 *
 * <pre>
 *   before             [a b c] [d e f] [g h i]
 *                         │               │
 *   with e changed     [a b c] [d E f] [g h i]
 * </pre>
 */
public final class ChunkedMap<K extends Comparable<? super K>, V> extends AbstractMap<K, V> {

  /** The most entries of one chunk; two neighbours have more than half of it together. */
  static final int CHUNK = 128;

  private static final ChunkedMap<?, ?> EMPTY = new ChunkedMap<>(new ArrayList<>(), 0);

  // None of the lists changes any more once the map is made, and no chunk is empty.
  private final List<List<Entry<K, V>>> chunks;
  private final int size;

  private ChunkedMap(List<List<Entry<K, V>>> chunks, int size) {
    this.chunks = chunks;
    this.size = size;
  }

  /**
   * How the value of a key differs between two maps.
   *
   * @param before null if the older map does not have the key
   * @param after null if the newer map does not have it
   */
  public record Difference<K, V>(K key, @Nullable V before, @Nullable V after) {}

  @SuppressWarnings("unchecked") // There is nothing in it of any type.
  public static <K extends Comparable<? super K>, V> ChunkedMap<K, V> empty() {
    return (ChunkedMap<K, V>) EMPTY;
  }

  /** The same entries as in another map, which shares them if it is of this kind. */
  public static <K extends Comparable<? super K>, V> ChunkedMap<K, V> copyOf(Map<K, V> map) {
    if (map instanceof ChunkedMap<K, V> chunked) {
      return chunked;
    }
    ChunkedMap<K, V> copy = empty();
    for (Entry<K, V> entry : map.entrySet()) {
      copy = copy.with(entry.getKey(), entry.getValue());
    }
    return copy;
  }

  /** Values by a key that each of them has; of several with one key, the last. */
  public static <K extends Comparable<? super K>, V> ChunkedMap<K, V> of(
      Collection<V> values, Function<V, K> key) {
    ChunkedMap<K, V> map = empty();
    for (V value : values) {
      map = map.with(key.apply(value), value);
    }
    return map;
  }

  /** This map with another value for a key; the same object if that is equal to the one it has. */
  public ChunkedMap<K, V> with(K key, V value) {
    int at = Math.max(chunkOf(key), 0);
    List<Entry<K, V>> chunk = chunks.isEmpty() ? List.of() : chunks.get(at);
    int place = placeIn(chunk, key);
    boolean isThere = place >= 0 && chunk.get(place).getKey().compareTo(key) == 0;
    if (isThere && chunk.get(place).getValue().equals(value)) {
      return this;
    }
    // Copied once: most changes are of a key that is there.
    List<Entry<K, V>> changed = new ArrayList<>(chunk);
    if (isThere) {
      changed.set(place, Map.entry(key, value));
    } else {
      changed.add(place + 1, Map.entry(key, value));
    }
    return new ChunkedMap<>(withChunk(at, changed), isThere ? size : size + 1);
  }

  private List<List<Entry<K, V>>> withChunk(int at, List<Entry<K, V>> changed) {
    List<List<Entry<K, V>>> spine = new ArrayList<>(chunks);
    if (at == spine.size()) {
      spine.add(changed);
    } else {
      spine.set(at, changed);
    }
    split(spine, at);
    return spine;
  }

  /** This map without a key; the same object if it does not have it. */
  public ChunkedMap<K, V> without(K key) {
    if (get(key) == null) {
      return this;
    }
    int at = chunkOf(key);
    List<Entry<K, V>> changed = new ArrayList<>(chunks.get(at));
    changed.remove(placeIn(changed, key));
    List<List<Entry<K, V>>> spine = new ArrayList<>(chunks);
    if (changed.isEmpty()) {
      spine.remove(at);
    } else {
      spine.set(at, changed);
      join(spine, at);
      join(spine, at - 1);
    }
    return new ChunkedMap<>(spine, size - 1);
  }

  private static <T> void split(List<List<T>> spine, int at) {
    List<T> chunk = spine.get(at);
    if (chunk.size() > CHUNK) {
      int half = chunk.size() / 2;
      spine.set(at, new ArrayList<>(chunk.subList(0, half)));
      spine.add(at + 1, new ArrayList<>(chunk.subList(half, chunk.size())));
    }
  }

  /** Makes one chunk of two neighbours that have become small. */
  private static <T> void join(List<List<T>> spine, int first) {
    int second = first + 1;
    if (first >= 0
        && second < spine.size()
        && spine.get(first).size() + spine.get(second).size() <= CHUNK / 2) {
      List<T> joined = new ArrayList<>(spine.get(first));
      joined.addAll(spine.get(second));
      spine.set(first, joined);
      spine.remove(second);
    }
  }

  /** All keys whose values are not equal in an older map and in this one, in their order. */
  public List<Difference<K, V>> differencesFrom(ChunkedMap<K, V> older) {
    List<Difference<K, V>> differences = new ArrayList<>();
    Cursor<K, V> before = new Cursor<>(older.chunks);
    Cursor<K, V> after = new Cursor<>(chunks);
    while (before.hasNext() || after.hasNext()) {
      if (before.isBeforeSameChunkAs(after)) {
        before.skipChunk();
        after.skipChunk();
        continue;
      }
      int order = before.compareTo(after);
      Entry<K, V> was = order <= 0 ? before.next() : null;
      Entry<K, V> is = order >= 0 ? after.next() : null;
      if (!Objects.equals(was, is)) {
        differences.add(difference(was, is));
      }
    }
    return differences;
  }

  private static <K, V> Difference<K, V> difference(
      @Nullable Entry<K, V> was, @Nullable Entry<K, V> is) {
    K key = Objects.requireNonNull(was == null ? is : was).getKey();
    return new Difference<>(
        key, was == null ? null : was.getValue(), is == null ? null : is.getValue());
  }

  @Override
  @SuppressWarnings(
      "unchecked") // As with any sorted map: a key of another type cannot be compared.
  public @Nullable V get(@Nullable Object key) {
    K sought = (K) Objects.requireNonNull(key);
    int at = chunkOf(sought);
    if (at < 0) {
      return null;
    }
    List<Entry<K, V>> chunk = chunks.get(at);
    Entry<K, V> entry = chunk.get(placeIn(chunk, sought));
    return entry.getKey().compareTo(sought) == 0 ? entry.getValue() : null;
  }

  @Override
  public boolean containsKey(@Nullable Object key) {
    return get(key) != null;
  }

  @Override
  public int size() {
    return size;
  }

  int chunkCount() {
    return chunks.size();
  }

  /** The chunk that a key belongs to, or -1 if it comes before all others. */
  private int chunkOf(K key) {
    return floor(chunks, chunk -> chunk.getFirst().getKey(), key);
  }

  private static <K extends Comparable<? super K>, V> int placeIn(List<Entry<K, V>> chunk, K key) {
    return floor(chunk, Entry::getKey, key);
  }

  /** The last place whose key is not greater, or -1. */
  private static <T, K extends Comparable<? super K>> int floor(
      List<T> sorted, Function<T, K> keyOf, K key) {
    int low = 0;
    int high = sorted.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (keyOf.apply(sorted.get(middle)).compareTo(key) <= 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low - 1;
  }

  @Override
  public Set<Entry<K, V>> entrySet() {
    return new AbstractSet<>() {
      @Override
      public Iterator<Entry<K, V>> iterator() {
        return new Cursor<>(chunks);
      }

      @Override
      public int size() {
        return size;
      }
    };
  }

  /** All values in the order of their keys. */
  @Override
  public List<V> values() {
    return new ChunkedValues<>(chunks, size);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ChunkedMap<?, ?> map ? isSameAs(map) : super.equals(other);
  }

  private boolean isSameAs(ChunkedMap<?, ?> other) {
    return size == other.size && Cursor.areSame(new Cursor<>(chunks), new Cursor<>(other.chunks));
  }

  @Override
  public int hashCode() {
    return super.hashCode();
  }
}
