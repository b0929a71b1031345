import type { FieldArguments, FieldModel, GraphModel } from './model.ts';

/** An object of a random graph: an entity by its id, or a value by the place that it was first seen at. */
interface Source {
  readonly __typename: string;
  readonly id?: string;
  readonly seed?: string;
  readonly [field: string]: unknown;
}

/** The fields of `Value`, which every subgraph has. */
export const valueFields: readonly FieldModel[] = [
  { name: 'a', type: 'Int', wrapping: '_' },
  { name: 'b', type: 'String', wrapping: '_!' },
  { name: 'inner', type: 'Value', wrapping: '_' },
].map((field) => ({ ...field, takes: [], subgraphs: [], fails: false }));

/** Resolves the fields of a random graph, alike in its subgraphs and in the whole. */
export class Values {
  readonly #model: GraphModel;

  constructor(model: GraphModel) {
    this.#model = model;
  }

  /** @param isWhole whether the object is of the whole graph, so that what a field requires is not given to it */
  resolve(
    type: string,
    name: string,
    source: Source | undefined,
    args: FieldArguments,
    isWhole: boolean,
  ): unknown {
    if (name === 'id') return source?.id;
    if (name === 'code') return `c${source?.id}`;
    const field = this.fieldsOf(type).find((one) => one.name === name);
    if (!field) throw new Error(`${type} has no field ${name}`);
    if (field.requires !== undefined) {
      if (!isWhole && source && !(field.requires in source))
        throw new Error(`${field.requires} is not given`);
      const material = isWhole
        ? this.resolve(type, field.requires, source, {}, isWhole)
        : source?.[field.requires];
      return `of ${JSON.stringify(material)}`;
    }
    const seed = `${type}:${source?.id ?? source?.seed ?? ''}.${name}(${tell(args)})`;
    if (field.fails && hash(`${seed}!`) % 4 === 0) throw new Error(`${name} fails`);
    return this.#make(field.type, field.wrapping, seed);
  }

  /** An entity by what a gateway knows of it. */
  entity(reference: { readonly id?: string; readonly code?: string }, type: string): Source {
    return { ...reference, __typename: type, id: reference.id ?? String(reference.code).slice(1) };
  }

  fieldsOf(type: string): readonly FieldModel[] {
    if (type === 'Query') return this.#model.rootFields;
    if (type === 'Value') return valueFields;
    return this.#model.entities.find(({ name }) => name === type)?.fields ?? [];
  }

  #make(type: string, wrapping: string, seed: string): unknown {
    if (wrapping.endsWith('!')) {
      // Now and then a null where none may be.
      return hash(`${seed}?!`) % 29 === 0 ? null : this.#present(type, wrapping.slice(0, -1), seed);
    }
    return hash(`${seed}?`) % 6 === 0 ? null : this.#present(type, wrapping, seed);
  }

  #present(type: string, wrapping: string, seed: string): unknown {
    if (wrapping !== '_') {
      const length = hash(`${seed}#`) % 4;
      return Array.from({ length }, (_, index) =>
        this.#make(type, wrapping.slice(1, -1), `${seed}[${index}]`),
      );
    }
    const number = hash(seed);
    const names = this.#model.entities.map(({ name }) => name);
    switch (type) {
      case 'Int':
        return number % 1000;
      case 'String':
        return `s${number % 1000}`;
      case 'Color':
        return number % 2 === 0 ? 'RED' : 'BLUE';
      case 'Json':
        return { number, list: [number, { deep: null }] };
      case 'Value':
        return { __typename: 'Value', seed };
      default: {
        const name = names.includes(type) ? type : names[number % names.length];
        return { __typename: name, id: String(hash(`${seed}id`) % 4) };
      }
    }
  }
}

/** What arguments mean, where JSON would not tell -0 and infinity from other numbers. */
function tell({ n, of }: FieldArguments): string {
  if (of === undefined) return String(n ?? '');
  const told = JSON.stringify(of, (_, value: unknown) =>
    typeof value === 'number' ? (Object.is(value, -0) ? '-0' : String(value)) : value,
  );
  return `${String(n ?? '')}${told}`;
}

/** FNV-1a: the same text gives the same number everywhere. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  return (value ^ (value >>> 13)) >>> 0;
}
