/**
 * All deadlines of an endpoint: an indexed binary heap over small integer ids, one deadline per id.
 * Setting and clearing move numbers in typed arrays; there is no object and no system timer per request.
 */
const NOT_QUEUED = -1;

export class TimerHeap {
  #ids: Int32Array;
  #positions: Int32Array;
  #deadlinesMs: Float64Array;
  #count = 0;

  /** For ids in [0, idCount). */
  constructor(idCount: number) {
    this.#ids = new Int32Array(idCount);
    this.#positions = new Int32Array(idCount).fill(NOT_QUEUED);
    this.#deadlinesMs = new Float64Array(idCount);
  }

  get nextMs(): number {
    return this.#count === 0 ? Number.POSITIVE_INFINITY : this.#deadlinesMs[this.#ids[0]];
  }

  isSet(id: number): boolean {
    return this.#positions[id] !== NOT_QUEUED;
  }

  /** Infinity clears. */
  set(id: number, deadlineMs: number): void {
    if (deadlineMs === Number.POSITIVE_INFINITY) {
      this.clear(id);
      return;
    }
    let position = this.#positions[id];
    if (position === NOT_QUEUED) {
      position = this.#count++;
      this.#place(id, position);
    }
    this.#deadlinesMs[id] = deadlineMs;
    if (!this.#rise(position)) this.#sink(position);
  }

  clear(id: number): void {
    const position = this.#positions[id];
    if (position === NOT_QUEUED) return;
    this.#positions[id] = NOT_QUEUED;
    const last = this.#ids[--this.#count];
    if (last === id) return;
    this.#place(last, position);
    if (!this.#rise(position)) this.#sink(position);
  }

  /** Removes and returns an id whose deadline has come; -1: none. */
  takeDue(nowMs: number): number {
    if (this.nextMs > nowMs) return -1;
    const id = this.#ids[0];
    this.clear(id);
    return id;
  }

  #place(id: number, position: number): void {
    this.#ids[position] = id;
    this.#positions[id] = position;
  }

  #rise(from: number): boolean {
    let position = from;
    const id = this.#ids[position];
    const deadline = this.#deadlinesMs[id];
    while (position > 0) {
      const parent = (position - 1) >> 1;
      if (this.#deadlinesMs[this.#ids[parent]] <= deadline) break;
      this.#place(this.#ids[parent], position);
      position = parent;
    }
    this.#place(id, position);
    return position !== from;
  }

  #sink(from: number): void {
    let position = from;
    const id = this.#ids[position];
    const deadline = this.#deadlinesMs[id];
    for (;;) {
      let child = position * 2 + 1;
      if (child >= this.#count) break;
      if (
        child + 1 < this.#count &&
        this.#deadlinesMs[this.#ids[child + 1]] < this.#deadlinesMs[this.#ids[child]]
      ) {
        child++;
      }
      if (this.#deadlinesMs[this.#ids[child]] >= deadline) break;
      this.#place(this.#ids[child], position);
      position = child;
    }
    this.#place(id, position);
  }
}
