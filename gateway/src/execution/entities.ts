import { merge, isData, type Data } from './objects.ts';
import type { Path } from './places.ts';

/** The objects that a fetch adds to; those that stand for the same entity are asked for once. */
export class Entities {
  readonly representations: Data[] = [];
  /** For each representation, the objects that it stands for and their numbers among all. */
  readonly #objects: { readonly object: Data; readonly number: number }[][] = [];

  constructor(objects: readonly Data[], represent: (object: Data) => Data | undefined) {
    const known = new Map<string, number>();
    objects.forEach((object, number) => {
      const representation = represent(object);
      if (!representation) return;
      const key = JSON.stringify(representation);
      let index = known.get(key);
      if (index === undefined) {
        index = this.representations.push(representation) - 1;
        known.set(key, index);
        this.#objects.push([]);
      }
      this.#objects[index]?.push({ object, number });
    });
  }

  /** Adds what came back to the objects. */
  take(received: readonly unknown[], rewrite: ((value: unknown) => void) | undefined): void {
    received.forEach((entity, index) => {
      if (!isData(entity)) return;
      rewrite?.(entity);
      for (const { object } of this.#objects[index] ?? []) merge(object, entity);
    });
  }

  /** Where an error of the subgraph is in the result: in every place that shows its entity. */
  placesOf(path: Path, places: () => readonly Path[]): Path[] {
    const [field, index, ...rest] = path;
    if (field !== '_entities' || typeof index !== 'number') return [];
    const all = places();
    return (this.#objects[index] ?? []).flatMap(({ number }) => {
      const place = all[number];
      return place ? [[...place, ...rest]] : [];
    });
  }
}
