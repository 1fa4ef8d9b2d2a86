package io.anoadb;

import io.anoadb.generated.AnoaType;
import io.anoadb.generated.ScanOptions;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * A walk over keys, page by page. Every key that is there throughout is walked over; one that comes or goes meanwhile may
 * be. A key may come twice. Immutable, and begun anew by every loop and every stream.
 *
 * <pre>{@code
 * for (Key key : db.scan("user:").pattern("*:name")) System.out.println(key);
 *
 * try (Stream<Entry> entries = db.scan("user:").entries()) {
 *   long adults = entries.filter(entry -> entry.value().asMap().get("age").asInt() >= 18).count();
 * }
 * }</pre>
 *
 * A page is asked for when it is needed; leaving a loop early leaves nothing behind, on either side.
 */
public final class Scan implements Iterable<Key> {
  private static final int PAGE_SIZE_DEFAULT = 256;
  private static final int PAGE_SIZE_MAX = 10_000;

  private final AnoaClient client;
  private final Key prefix;
  private final ScanOptions options;
  private final int pageSize;

  Scan(AnoaClient client, Key prefix) {
    this(client, prefix, ScanOptions.create(), PAGE_SIZE_DEFAULT);
  }

  private Scan(AnoaClient client, Key prefix, ScanOptions options, int pageSize) {
    this.client = client;
    this.prefix = prefix;
    this.options = options;
    this.pageSize = pageSize;
  }

  /** Only keys that match this glob: {@code *} any run, {@code ?} one byte, {@code [a-z]} one of, {@code \} the next as it is. */
  public Scan pattern(String glob) {
    return new Scan(client, prefix, options.pattern(glob), pageSize);
  }

  /** Only keys whose value has this type. */
  public Scan type(AnoaType type) {
    return new Scan(client, prefix, options.type(type), pageSize);
  }

  /** Keys asked for at once, 256 by default; more is faster, less answers sooner. */
  public Scan pageSize(int keys) {
    if (keys < 1 || keys > PAGE_SIZE_MAX) {
      throw new IllegalArgumentException("pageSize is " + keys + "; it must be from 1 to " + PAGE_SIZE_MAX + ".");
    }
    return new Scan(client, prefix, options, keys);
  }

  @Override
  public Iterator<Key> iterator() {
    return new Walk<>() {
      @Override
      void take(List<Key> page) {
        page.forEach(this::add);
      }
    };
  }

  /** The keys as a stream; it may be closed at any time. */
  public Stream<Key> stream() {
    return streamOf(iterator());
  }

  /** Keys with their values, which are read page by page; keys that were deleted since are left out. */
  public Stream<Entry> entries() {
    return streamOf(
        new Walk<Entry>() {
          @Override
          void take(List<Key> page) {
            client.entriesOf(page).forEach(this::add);
          }
        });
  }

  /** How many keys there are on this walk; reads all of them. */
  public long count() {
    return stream().count();
  }

  private static <T> Stream<T> streamOf(Iterator<T> walk) {
    int traits = Spliterator.NONNULL | Spliterator.ORDERED;
    return StreamSupport.stream(Spliterators.spliteratorUnknownSize(walk, traits), false);
  }

  /** Goes on with the next page where the last is used up. */
  private abstract class Walk<T> implements Iterator<T> {
    private final ArrayDeque<T> items = new ArrayDeque<>();
    private long cursor;
    private boolean isOver;

    /** Makes items of a page, by {@link #add}. */
    abstract void take(List<Key> page);

    void add(T item) {
      items.add(item);
    }

    @Override
    public boolean hasNext() {
      while (items.isEmpty() && !isOver) {
        ScanPage page = client.scan(prefix, cursor, pageSize, options);
        cursor = page.cursor();
        isOver = cursor == 0;
        take(page.keys());
      }
      return !items.isEmpty();
    }

    @Override
    public T next() {
      if (!hasNext()) throw new NoSuchElementException();
      return items.remove();
    }
  }
}
