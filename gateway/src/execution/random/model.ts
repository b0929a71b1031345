import { Choices } from './choices.ts';

/** A field of a random graph; its value is a function of what it is of, and of its argument. */
export interface FieldModel {
  readonly name: string;
  /** The type by name, without lists and non-null. */
  readonly type: string;
  /** Where the type stands: `_!`, `[_]`, `[_!]!`. */
  readonly wrapping: string;
  /** The arguments that it takes: `n` of type Int, `of` of type Options. */
  readonly takes: readonly ('n' | 'of')[];
  /** The numbers of the subgraphs that have it. */
  readonly subgraphs: readonly number[];
  /** The field of another subgraph that it is made of. */
  readonly requires?: string;
  /** Whether it fails for some objects. */
  readonly fails: boolean;
}

/** An entity of a random graph. */
export interface EntityModel {
  readonly name: string;
  /** For each subgraph, the fields that the entity is known by there. */
  readonly keys: readonly (readonly ('id' | 'code')[])[];
  readonly fields: readonly FieldModel[];
}

/** A random graph as plain data. */
export interface GraphModel {
  readonly subgraphCount: number;
  readonly entities: readonly EntityModel[];
  readonly rootFields: readonly FieldModel[];
}

const wrappings = ['_', '_!', '[_]', '[_!]', '[_!]!', '[[_]]', '[[_!]!]!'] as const;
const leaves = ['Int', 'String', 'Color', 'Json'] as const;

/** The arguments of a field as they were given. */
export interface FieldArguments {
  readonly n?: number | null;
  readonly of?: unknown;
}

/** A graph of 2 to 4 subgraphs; each knows every entity by some key, and owns some of its fields. */
export function aModel(numbers: readonly number[]): GraphModel {
  const choices = new Choices(numbers);
  const subgraphCount = 2 + choices.below(3);
  const names = choices.some(1, 3, (index) => `E${index}`);
  const field = (name: string, subgraphs: readonly number[]): FieldModel => ({
    name,
    type: choices.oneOf(['Int', ...leaves, 'Value', 'Thing', 'Any', ...names, ...names]),
    wrapping: choices.oneOf(wrappings),
    takes: choices.oneOf<FieldModel['takes']>([[], [], [], ['n'], ['of'], ['n', 'of']]),
    subgraphs,
    fails: choices.rarely(6),
  });
  const entities = names.map((name, number) => ({
    name,
    keys: Array.from({ length: subgraphCount }, (_, subgraph) =>
      subgraph === number % subgraphCount
        ? (['id', 'code'] as const)
        : choices.oneOf<readonly ('id' | 'code')[]>([['id'], ['code'], ['id', 'code']]),
    ),
    fields: fieldsOf(choices, subgraphCount, field),
  }));
  const rootFields = Array.from({ length: subgraphCount }, (_, subgraph) =>
    choices.some(1, 3, (index) => field(`q${subgraph}${index}`, [subgraph])),
  ).flat();
  return { subgraphCount, entities, rootFields };
}

function fieldsOf(
  choices: Choices,
  subgraphCount: number,
  field: (name: string, subgraphs: readonly number[]) => FieldModel,
): FieldModel[] {
  const own = choices.some(2, 5, (index) => {
    const subgraph = choices.below(subgraphCount);
    const other = choices.below(subgraphCount);
    return field(`f${index}`, choices.rarely(5) && other !== subgraph ? [subgraph, other] : [subgraph]);
  });
  const owner = choices.below(subgraphCount);
  const type = choices.oneOf(leaves);
  const base: Pick<FieldModel, 'wrapping' | 'takes' | 'fails'> = { wrapping: '_', takes: [], fails: false };
  const material = { ...base, name: 'material', type, subgraphs: [owner] };
  const user = (owner + 1) % subgraphCount;
  const product = { ...base, name: 'product', type: 'String', subgraphs: [user], requires: 'material' };
  const all = Array.from({ length: subgraphCount }, (_, subgraph) => subgraph);
  const label = { ...base, name: 'label', type: 'String', subgraphs: all };
  const extra = { ...base, name: 'extra', type: 'Int', subgraphs: [subgraphCount - 1] };
  return [...own, material, product, label, extra];
}
