/** What a client tells those who listen. There is no `error` event: nothing dies because nobody listens. */

export interface AnoaEvents {
  /** The server is out of reach; calls wait for it until their deadlines. */
  disconnected: { readonly reason: string };
  /** A session stands again; an idle client looks for one with its next call. `downMs` is how long there was none. */
  reconnected: { readonly downMs: number };
  /** The client was closed, by `close()`; or by `error`, which no retry helps. */
  closed: { readonly error: Error | undefined };
}

export type AnoaEventName = keyof AnoaEvents;
export type AnoaListener<Name extends AnoaEventName> = (event: AnoaEvents[Name]) => void;

export class EventHub {
  readonly #listeners = new Map<AnoaEventName, Set<AnoaListener<AnoaEventName>>>();

  /** Returns what ends the listening. */
  on<Name extends AnoaEventName>(name: Name, listener: AnoaListener<Name>): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners);
    listeners.add(listener as AnoaListener<AnoaEventName>);
    return () => void listeners.delete(listener as AnoaListener<AnoaEventName>);
  }

  emit<Name extends AnoaEventName>(name: Name, event: AnoaEvents[Name]): void {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) {
      try {
        (listener as AnoaListener<Name>)(event);
      } catch (error) {
        // A listener's bug must not break the connection; it surfaces as any other uncaught error would.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
