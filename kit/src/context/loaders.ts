import DataLoader from 'dataloader';
import type { Selection } from './selection.ts';

/** The loaders of one client request in one subgraph: each made at its first use, all cleared by a write. */
export class Loaders {
  readonly #loaders = new Map<string, DataLoader<unknown, unknown>>();
  readonly #parts = new Map<string, Loaders>();

  /** The loaders of operations that want the same of the rows they read; those of others may lack a column. */
  of(selection: Selection): Loaders {
    let loaders = this.#parts.get(selection.key);
    if (!loaders) {
      loaders = new Loaders();
      this.#parts.set(selection.key, loaders);
    }
    return loaders;
  }

  /**
   * The loader of that name; the first caller's `batch` is kept.
   * @param name what is loaded and by which arguments: two uses that may share a statement share a name
   * @param batch loads many keys at once; answers in the order of the keys
   */
  get<Key extends string, Value>(
    name: string,
    batch: (keys: readonly Key[]) => Promise<readonly (Value | Error)[]>,
  ): DataLoader<Key, Value> {
    let loader = this.#loaders.get(name);
    if (!loader) {
      // 500 keys keep a statement's parameters and its answer small enough to plan and to send at once.
      loader = new DataLoader<Key, Value>(batch, { maxBatchSize: 500 });
      this.#loaders.set(name, loader);
    }
    return loader as unknown as DataLoader<Key, Value>;
  }

  /** Forgets what was read: a write may have changed it. */
  clear(): void {
    this.#loaders.clear();
    for (const part of this.#parts.values()) part.clear();
  }
}
