import { Choices } from './choices.ts';
import type { FieldModel, GraphModel } from './model.ts';
import { Values } from './values.ts';

/** A random operation; it may be invalid. */
export interface RandomOperation {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** An operation on a random graph. */
export function anOperation(model: GraphModel, numbers: readonly number[]): RandomOperation {
  return new OperationMaker(model, new Choices(numbers)).make();
}

const definitions: Readonly<Record<string, string>> = {
  yes: '$yes: Boolean!',
  no: '$no: Boolean! = false',
  n: '$n: Int',
  two: '$two: Int = 2',
  rate: '$rate: Float = 0.5',
};

/** Fields of `Options`, some of whose values mean another thing to JSON than to GraphQL. */
const literals = [
  'n: 5',
  'n: $two',
  'text: "a"',
  'text: null',
  'text: """a "$two" \\u0041"""',
  'color: RED',
  'json: { deep: [1, RED, "x", null], of: { of: true } }',
  'json: { n: $n }',
  'json: 12345678901234567890',
  'ids: 12345678901234567890',
  'ids: ["7", 7]',
  'rates: 1.5',
  'rates: [[1, 2.50, null], 1e3]',
  'rates: [[$rate], 1]',
] as const;

class OperationMaker {
  readonly #values: Values;
  readonly #names: readonly string[];
  readonly #choices: Choices;
  readonly #fragments: string[] = [];

  constructor(model: GraphModel, choices: Choices) {
    this.#values = new Values(model);
    this.#names = model.entities.map(({ name }) => name);
    this.#choices = choices;
  }

  make(): RandomOperation {
    const selections = this.#set('Query', 4);
    const body = [selections, ...this.#fragments].join('\n');
    const used = Object.keys(definitions).filter((name) => body.includes(`$${name}`));
    const variables = used.length > 0 ? `(${used.map((name) => definitions[name]).join(', ')})` : '';
    return {
      query: `query Random${variables} ${body}`,
      variables: { ...(used.includes('yes') ? { yes: true } : {}), ...(used.includes('n') ? { n: 7 } : {}) },
    };
  }

  #set(type: string, depth: number): string {
    return `{ ${this.#choices.some(1, 4, () => this.#selection(type, depth)).join(' ')} }`;
  }

  #selection(type: string, depth: number): string {
    const fields = this.#fieldsOf(type).filter((field) => depth > 0 || this.#isLeaf(field.type));
    const [first, ...others] = fields;
    const kind = this.#choices.below(10);
    if (kind === 9 || !first) return `${this.#alias()}__typename ${this.#directive()}`;
    if (depth > 0 && kind >= 7) return this.#fragment(type, depth - 1, kind === 8);
    const field = this.#choices.oneOf([first, ...others]);
    if (this.#isLeaf(field.type)) return this.#field(field, this.#alias(), '');
    // Twins have entities at several places that the same subgraphs are asked for.
    const aliases = this.#choices.rarely(3) ? ['t0: ', 't1: '] : [this.#alias()];
    return aliases.map((alias) => this.#field(field, alias, this.#set(field.type, depth - 1))).join(' ');
  }

  #field(field: FieldModel, alias: string, below: string): string {
    return `${alias}${field.name}${this.#arguments(field)} ${this.#directive()} ${below}`;
  }

  #arguments({ takes }: FieldModel): string {
    const given = takes.flatMap((argument) => {
      if (argument === 'n') return this.#choices.oneOf([[], ['n: 1'], ['n: 2'], ['n: $n'], ['n: $two']]);
      return this.#choices.rarely(3) ? [] : [`of: ${this.#options(2)}`];
    });
    return given.length > 0 ? `(${given.join(' ')})` : '';
  }

  #options(depth: number): string {
    const fields = this.#choices.some(0, 2, () => this.#option(depth));
    return this.#choices.rarely(8) ? 'null' : `{ ${[...new Set(fields)].join(' ')} }`;
  }

  #option(depth: number): string {
    const [first, ...others] = literals;
    const option = this.#choices.oneOf([first, ...others, 'in']);
    return option === 'in' && depth > 0
      ? `in: ${this.#options(depth - 1)}`
      : option === 'in'
        ? first
        : option;
  }

  #fragment(type: string, depth: number, isNamed: boolean): string {
    const conditions = type === 'Query' || type === 'Value' ? [] : [...this.#conditionsOf(type)];
    const condition = this.#choices.oneOf([type, ...conditions]);
    const selections = this.#set(condition, depth);
    if (!isNamed) return `... on ${condition} ${this.#directive()} ${selections}`;
    const name = `F${this.#fragments.length}`;
    this.#fragments.push(`fragment ${name} on ${condition} ${selections}`);
    return `...${name} ${this.#directive()}`;
  }

  #conditionsOf(type: string): readonly string[] {
    return this.#names.includes(type) ? ['Thing', 'Any'] : [...this.#names, ...this.#names, 'Thing', 'Any'];
  }

  #alias(): string {
    if (!this.#choices.rarely(4)) return '';
    // Some are names that plans use themselves.
    return `${this.#choices.oneOf(['x0', 'x1', 'x2', 'id', 'code', 'material', '__typename', '__proto__'])}: `;
  }

  #directive(): string {
    if (!this.#choices.rarely(6)) return '';
    return this.#choices.oneOf([
      '@include(if: $yes)',
      '@skip(if: $no)',
      '@skip(if: $yes)',
      '@include(if: $no)',
      '@include(if: true)',
      '@skip(if: true)',
      '@skip(if: $no) @include(if: $yes)',
    ]);
  }

  #fieldsOf(type: string): readonly FieldModel[] {
    const plain = { wrapping: '_', takes: [], subgraphs: [], fails: false };
    if (type === 'Any') return [];
    const label = { ...plain, name: 'label', type: 'String' };
    if (type === 'Thing') return [label, { ...plain, name: 'extra', type: 'Int' }];
    const fields = this.#values.fieldsOf(type);
    if (!this.#names.includes(type)) return fields;
    return [
      ...fields,
      { ...plain, name: 'id', type: 'ID', wrapping: '_!' },
      { ...plain, name: 'code', type: 'ID', wrapping: '_!' },
    ];
  }

  #isLeaf(type: string): boolean {
    return !['Value', 'Thing', 'Any', ...this.#names].includes(type);
  }
}
