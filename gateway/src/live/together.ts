/**
 * Tells of events of one kind no more often than once in a while: of those that come in between, the last one, at its end.
 * @param spanMs that while, in milliseconds
 * @param keyOf what events of one kind have in common
 * @returns what is told of every event, and what ends it
 */
export function together<Event>(
  spanMs: number,
  keyOf: (event: Event) => string,
  tell: (event: Event) => void,
): { readonly add: (event: Event) => void; readonly end: () => void } {
  const waiting = new Map<string, { readonly timer: NodeJS.Timeout; last: Event | undefined }>();
  const begin = (key: string): void => {
    const timer = setTimeout(() => {
      const last = waiting.get(key)?.last;
      waiting.delete(key);
      if (last === undefined) return;
      begin(key);
      tell(last);
    }, spanMs).unref();
    waiting.set(key, { timer, last: undefined });
  };
  return {
    add(event) {
      const key = keyOf(event);
      const found = waiting.get(key);
      if (found) {
        found.last = event;
        return;
      }
      begin(key);
      tell(event);
    },
    end() {
      for (const { timer } of waiting.values()) clearTimeout(timer);
      waiting.clear();
    },
  };
}
