import type { GeneratorValue } from 'fast-check';
import fc from 'fast-check';
import {
  getNamedType,
  getNullableType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
} from 'graphql';

/** An operation with its variables, as a client sends it. */
export interface Operation {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Values to send: those that stand for rows, own and others', by the kind of argument that takes them. */
export interface Ammunition {
  readonly ids: readonly string[];
  readonly clients: readonly string[];
  readonly texts: readonly string[];
}

/** An entity as a subgraph is asked for it: a type, and the fields of one of its keys. */
export interface EntityKey {
  readonly type: string;
  readonly fields: readonly string[];
}

/** What a generated operation may contain. */
export interface OperationOptions {
  readonly kind: 'query' | 'mutation';
  /** The most levels of fields below the root. */
  readonly depth: number;
  /** What a subgraph may be asked for by `_entities`, which a gateway's schema does not have. */
  readonly entities?: readonly EntityKey[];
  /** The one root field to ask for; any, and several of them, when not given. */
  readonly only?: string;
}

/** How many of a subgraph's root fields are `_entities`, in percent: it leads to every type. */
const entitiesPercent = 40;

/**
 * A random operation over a whole schema: aliases, fragments, nested connections, filters, orders and every argument.
 * @param g draws values; what it has drawn is shrunk when a property fails
 */
export function anOperation(
  g: GeneratorValue,
  schema: GraphQLSchema,
  ammunition: Ammunition,
  { kind, depth, entities = [], only }: OperationOptions,
): Operation {
  const root = kind === 'query' ? schema.getQueryType() : schema.getMutationType();
  if (!root) throw new Error(`The schema has no ${kind}`);
  const writer = new OperationWriter(g, { schema, ammunition, entities });
  const roots = g(fc.integer, { min: 1, max: kind === 'query' && only === undefined ? 3 : 1 });
  const { _entities, ...others } = root.getFields();
  const fields = Object.values(others).filter(({ name }) => only === undefined || name === only);
  const selections = Array.from({ length: roots }, () =>
    writer.field(
      _entities && only === undefined && writer.chance(entitiesPercent) ? _entities : writer.pick(fields),
      depth,
    ),
  );
  return writer.operation(kind, selections);
}

/** What operations are made of. */
interface Material {
  readonly schema: GraphQLSchema;
  readonly ammunition: Ammunition;
  readonly entities: readonly EntityKey[];
}

class OperationWriter {
  readonly #g: GeneratorValue;
  readonly #material: Material;
  /** The types of the entities that the operation asks for. */
  readonly #entityTypes = new Set<string>();
  readonly #variables = new Map<string, { readonly type: string; readonly value: unknown }>();
  readonly #fragments: string[] = [];
  #aliases = 0;

  constructor(g: GeneratorValue, material: Material) {
    this.#g = g;
    this.#material = material;
  }

  operation(kind: string, selections: readonly string[]): Operation {
    const variables = [...this.#variables];
    const declared = variables.map(([name, { type }]) => `$${name}: ${type}`).join(', ');
    return {
      query: [
        `${kind}${declared ? ` (${declared})` : ''} { ${selections.join(' ')} }`,
        ...this.#fragments,
      ].join('\n'),
      variables: Object.fromEntries(variables.map(([name, { value }]) => [name, value])),
    };
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[this.#g(fc.nat, { max: items.length - 1 })];
    if (item === undefined) throw new Error('There is nothing to pick from');
    return item;
  }

  chance(percent: number): boolean {
    return this.#g(fc.nat, { max: 99 }) < percent;
  }

  field(field: GraphQLField<unknown, unknown>, depth: number): string {
    const type = getNamedType(field.type);
    const given = field.args.filter(
      (argument) => isRequiredArgument(argument) || this.chance(seldom.has(argument.name) ? 1 : 45),
    );
    const args = given.map((argument) => `${argument.name}: ${this.#variable(argument)}`).join(', ');
    const selection = isCompositeType(type) ? ` ${this.#selection(type, depth - 1)}` : '';
    this.#aliases += 1;
    return `a${this.#aliases}: ${field.name}${args ? `(${args})` : ''}${selection}`;
  }

  #selection(type: GraphQLCompositeType, depth: number): string {
    if (!isObjectType(type)) {
      const types = this.#material.schema.getPossibleTypes(type);
      const parts = types
        .filter(({ name }) => this.#entityTypes.has(name))
        .map((possible) => `... on ${possible.name} ${this.#selection(possible, depth)}`);
      return `{ __typename ${parts.join(' ')} }`;
    }
    const fields = Object.values(type.getFields());
    const leaves = fields.filter(({ type: of }) => !isCompositeType(getNamedType(of)));
    const branches = fields.filter(({ type: of }) => isCompositeType(getNamedType(of)));
    const chosen = [
      ...leaves.filter(({ name }) => name === 'id' || this.chance(30)),
      ...(depth > 0 ? branches.filter(({ name }) => this.chance(structural.has(name) ? 95 : 30)) : []),
    ];
    const texts = chosen.map((field) => this.field(field, structural.has(field.name) ? depth + 1 : depth));
    const set = `{ __typename ${texts.join(' ')} }`;
    if (!this.chance(15)) return set;
    if (this.chance(50)) return `{ ... on ${type.name} ${set} }`;
    const name = `F${this.#fragments.length}`;
    this.#fragments.push(`fragment ${name} on ${type.name} ${set}`);
    return `{ ...${name} }`;
  }

  #variable({ name, type }: GraphQLArgument): string {
    const variable = `v${this.#variables.size}`;
    this.#variables.set(variable, { type: String(type), value: this.#value(name, type, 3) });
    return `$${variable}`;
  }

  #value(name: string, type: GraphQLInputType, depth: number): unknown {
    if (!isNonNullType(type) && this.chance(1)) return null;
    const nullable = getNullableType(type);
    if (isListType(nullable)) {
      if (name === 'vector')
        return Array.from({ length: 1_536 }, (_, index) => ((index * 7) % 13) / 13 - 0.5);
      const length = this.#g(fc.integer, { min: 1, max: 3 });
      return Array.from({ length }, () => this.#value(name, nullable.ofType, depth - 1));
    }
    if (isEnumType(nullable)) return this.pick(nullable.getValues()).name;
    if (isInputObjectType(nullable)) {
      const fields = Object.values(nullable.getFields()).filter(
        (field) => isRequiredInputField(field) || (depth > 0 && this.chance(25)),
      );
      // An operator's value is of its column's kind: `id: { in: […] }`.
      return Object.fromEntries(
        fields.map((field) => [
          field.name,
          this.#value(operators.has(field.name) ? name : field.name, field.type, depth - 1),
        ]),
      );
    }
    return this.#scalar(name, String(nullable));
  }

  #scalar(name: string, type: string): unknown {
    const { ids, clients, texts } = this.#material.ammunition;
    switch (type) {
      case 'ID':
        return this.pick(/client/i.test(name) || this.chance(8) ? clients : ids);
      case 'Int':
        return this.#g(fc.integer, { min: 0, max: 20 });
      case 'Float':
        return this.#g(fc.integer, { min: -10, max: 10 }) / 10;
      case 'Boolean':
        return this.chance(50);
      case 'DateTime':
        return this.pick([
          '2020-01-01T00:00:00.000Z',
          '2026-06-01T00:00:00.000Z',
          '2030-01-01T00:00:00.000Z',
        ]);
      case 'Date':
        return this.pick(['2020-01-01', '2026-06-01', '2030-01-01']);
      case 'Decimal':
        return '1.50';
      case 'JSON':
        return { name: this.pick(texts) };
      case '_Any':
        return this.#representation();
      default:
        return this.pick(texts);
    }
  }

  #representation(): Readonly<Record<string, unknown>> {
    const { type, fields } = this.pick(this.#material.entities);
    this.#entityTypes.add(type);
    // What others call `clientId` is a client's own id.
    const valueOf = (field: string): unknown =>
      this.#scalar(type === 'Client' ? 'clientId' : field, /id$/i.test(field) ? 'ID' : 'String');
    return { __typename: type, ...Object.fromEntries(fields.map((field) => [field, valueOf(field)])) };
  }
}

/** A random text is no cursor, and a page has one direction: given often, these would only be refused. */
const seldom = new Set(['after', 'before', 'last']);
/** The operators of filters. */
const operators = new Set(['eq', 'in']);
/** Steps of a connection: on the way to its nodes they cost no depth. */
const structural = new Set(['edges', 'node', 'pageInfo']);
