import { buildSchema, type GraphQLSchema } from 'graphql';
import type { TestSubgraph } from '../testing.ts';
import type { EntityModel, FieldArguments, FieldModel, GraphModel } from './model.ts';
import { valueFields, Values } from './values.ts';

/** What all parts of a random graph have alike. */
const common = `scalar Json enum Color { RED BLUE }
  input Options { text: String = "none" color: Color json: Json ids: [ID!] rates: [[Float]] n: Int! = 3 in: Options }`;

/** The subgraphs of a random graph. */
export function subgraphsOf(model: GraphModel): TestSubgraph[] {
  const values = new Values(model);
  return Array.from({ length: model.subgraphCount }, (_, number) => {
    const isLast = number === model.subgraphCount - 1;
    const entities = model.entities.map((entity) => typeOf(entity, number));
    const roots = model.rootFields.filter(({ subgraphs }) => subgraphs.includes(number));
    const typeDefs = `${common}
      interface Thing { label: String ${isLast ? 'extra: Int' : ''} }
      union Any = ${model.entities.map(({ name }) => name).join(' | ')}
      type Value @shareable { ${valueFields.map(definition).join('\n')} }
      type Query { ${roots.map(definition).join('\n')} }
      ${entities.join('\n')}`;
    return { name: `s${number}`, typeDefs, resolvers: resolversOf(model, values, number) };
  });
}

function typeOf({ name, keys, fields }: EntityModel, subgraph: number): string {
  const own = keys[subgraph] ?? [];
  const lines = fields.flatMap((field) => {
    const shareable = field.subgraphs.length > 1 ? '@shareable' : '';
    const required = field.requires === undefined ? '' : `@requires(fields: "${field.requires}")`;
    if (field.subgraphs.includes(subgraph)) return [`${definition(field)} ${shareable} ${required}`];
    const isRequired = fields.some(
      ({ requires, subgraphs }) => requires === field.name && subgraphs.includes(subgraph),
    );
    return isRequired ? [`${definition(field)} @external`] : [];
  });
  return `type ${name} implements Thing ${own.map((key) => `@key(fields: "${key}")`).join(' ')} {
    ${own.map((key) => `${key}: ID!`).join(' ')}
    ${lines.join('\n    ')}
  }`;
}

const argumentTypes = { n: 'n: Int', of: 'of: Options' } as const;

function definition({ name, type, wrapping, takes }: FieldModel): string {
  const args = takes.length > 0 ? `(${takes.map((argument) => argumentTypes[argument]).join(', ')})` : '';
  return `${name}${args}: ${wrapping.replace('_', type)}`;
}

type Resolver = (source: never, args: FieldArguments) => unknown;

function resolversOf(model: GraphModel, values: Values, subgraph: number): Record<string, object> {
  const of = (type: string, names: readonly string[]): Record<string, Resolver> =>
    Object.fromEntries(
      names.map((name) => [name, (source, args) => values.resolve(type, name, source, args, false)]),
    );
  const entities = model.entities.map(({ name, keys, fields }) => {
    const own = fields.filter(({ subgraphs }) => subgraphs.includes(subgraph)).map((field) => field.name);
    const resolvers = {
      ...of(name, [...own, ...(keys[subgraph] ?? [])]),
      __resolveReference: (reference: object) => values.entity(reference, name),
    };
    return [name, resolvers] as const;
  });
  const roots = model.rootFields.filter(({ subgraphs }) => subgraphs.includes(subgraph));
  return {
    ...Object.fromEntries(entities),
    Query: of(
      'Query',
      roots.map(({ name }) => name),
    ),
    Value: of(
      'Value',
      valueFields.map(({ name }) => name),
    ),
  };
}

/** The whole graph as one schema. */
export function wholeOf(model: GraphModel): GraphQLSchema {
  const entities = model.entities.map(
    ({ name, fields }) =>
      `type ${name} implements Thing { id: ID! code: ID! ${fields.map(definition).join('\n')} }`,
  );
  return buildSchema(`${common}
    interface Thing { label: String extra: Int }
    union Any = ${model.entities.map(({ name }) => name).join(' | ')}
    type Value { ${valueFields.map(definition).join('\n')} }
    type Query { ${model.rootFields.map(definition).join('\n')} }
    ${entities.join('\n')}`);
}
