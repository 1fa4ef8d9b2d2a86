package io.anoadb.internal.transport;

import java.util.Arrays;

/**
 * All deadlines of an endpoint: an indexed binary heap over small ids, one deadline per id. Setting and clearing move
 * numbers in arrays; there is no object and no system timer per request.
 */
final class TimerHeap {
  private static final int NOT_QUEUED = -1;
  private final int[] ids;
  private final int[] positions;
  private final double[] deadlinesMs;
  private int count;

  /** For ids in [0, idCount). */
  TimerHeap(int idCount) {
    ids = new int[idCount];
    positions = new int[idCount];
    Arrays.fill(positions, NOT_QUEUED);
    deadlinesMs = new double[idCount];
  }

  double nextMs() {
    return count == 0 ? Double.POSITIVE_INFINITY : deadlinesMs[ids[0]];
  }

  boolean isSet(int id) {
    return positions[id] != NOT_QUEUED;
  }

  /** Infinity clears. */
  void set(int id, double deadlineMs) {
    if (deadlineMs == Double.POSITIVE_INFINITY) {
      clear(id);
      return;
    }
    int position = positions[id];
    if (position == NOT_QUEUED) {
      position = count++;
      place(id, position);
    }
    deadlinesMs[id] = deadlineMs;
    if (!rise(position)) sink(position);
  }

  void clear(int id) {
    int position = positions[id];
    if (position == NOT_QUEUED) return;
    positions[id] = NOT_QUEUED;
    int last = ids[--count];
    if (last == id) return;
    place(last, position);
    if (!rise(position)) sink(position);
  }

  /** Removes and returns an id whose deadline has come; -1: none. */
  int takeDue(double nowMs) {
    if (nextMs() > nowMs) return -1;
    int id = ids[0];
    clear(id);
    return id;
  }

  private void place(int id, int position) {
    ids[position] = id;
    positions[id] = position;
  }

  private boolean rise(int from) {
    int position = from;
    int id = ids[position];
    double deadline = deadlinesMs[id];
    while (position > 0) {
      int parent = (position - 1) >> 1;
      if (deadlinesMs[ids[parent]] <= deadline) break;
      place(ids[parent], position);
      position = parent;
    }
    place(id, position);
    return position != from;
  }

  private void sink(int from) {
    int position = from;
    int id = ids[position];
    double deadline = deadlinesMs[id];
    for (; ; ) {
      int child = position * 2 + 1;
      if (child >= count) break;
      if (child + 1 < count && deadlinesMs[ids[child + 1]] < deadlinesMs[ids[child]]) child++;
      if (deadlinesMs[ids[child]] >= deadline) break;
      place(ids[child], position);
      position = child;
    }
    place(id, position);
  }
}
