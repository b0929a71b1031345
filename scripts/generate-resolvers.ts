/**
 * Writes `subgraphs/<name>/generated/resolvers.ts`: the types that the resolvers of a subgraph must have, from its
 * `schema.graphql`. Parents are rows of the tables that bear the type's name, enums have their internal values.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { codegen } from '@graphql-codegen/core';
import * as typescript from '@graphql-codegen/typescript';
import * as typescriptResolvers from '@graphql-codegen/typescript-resolvers';
import { Kind, type DocumentNode } from 'graphql';
import { enumResolvers } from '../kit/src/schema/enums.ts';
import { readTypeDefs } from '../kit/src/schema/type-defs.ts';

const root = new URL('../', import.meta.url);

/** The models that a domain's database has rows of. */
function rowModels(name: string): Set<string> {
  const file = new URL(`prisma/${name}/generated/tables.ts`, root);
  if (!existsSync(file)) return new Set();
  return new Set(
    [...readFileSync(file, 'utf8').matchAll(/^export interface (\w+)Row\b/gm)].map(([, model = '']) => model),
  );
}

/** What stands behind each GraphQL type at run time: a row, a page of rows, or for a foreign entity its key. */
function mappers(name: string, typeDefs: DocumentNode): Record<string, string> {
  const models = rowModels(name);
  const row = (model: string): string => `import('@cdx/prisma-${name}/tables').${model}Row`;
  const overrides = new URL(`subgraphs/${name}/mappers.json`, root);
  const own = existsSync(overrides)
    ? (JSON.parse(readFileSync(overrides, 'utf8')) as Record<string, string>)
    : {};
  const rowOf = (type: string): string | undefined => own[type] ?? (models.has(type) ? row(type) : undefined);
  const entries = typeDefs.definitions.flatMap((node): [string, string][] => {
    // The plugin takes an enum with values of its own for null, unless it is told what it is.
    if (node.kind === Kind.ENUM_TYPE_DEFINITION) return [[node.name.value, node.name.value]];
    if (node.kind !== Kind.OBJECT_TYPE_DEFINITION) return [];
    const type = node.name.value;
    const ofRow = rowOf(type);
    if (ofRow) return [[type, ofRow]];
    const listed = /^(\w+)(Connection|Edge)$/.exec(type);
    const ofListed = listed?.[1] && rowOf(listed[1]);
    if (ofListed) return [[type, `import('@cdx/kit').${listed[2]}<${ofListed}>`]];
    const keys = node.directives?.some(({ name: { value } }) => value === 'key');
    return keys ? [[type, '{ readonly id: string }']] : [];
  });
  return Object.fromEntries(entries);
}

/** Generates one subgraph's resolver types. */
export async function generateResolvers(name: string): Promise<void> {
  const typeDefs = readTypeDefs(new URL(`subgraphs/${name}/schema.graphql`, root));
  const output = await codegen({
    filename: 'resolvers.ts',
    documents: [],
    schema: typeDefs,
    plugins: [{ typescript: {} }, { typescriptResolvers: {} }],
    pluginMap: { typescript, typescriptResolvers },
    config: {
      federation: true,
      enumsAsTypes: true,
      immutableTypes: true,
      enumValues: enumResolvers(typeDefs),
      useTypeImports: true,
      skipTypename: true,
      contextType: '../src/context.ts#Context',
      scalars: {
        ID: { input: 'string', output: 'string' },
        Date: 'string',
        DateTime: { input: 'Date', output: 'Date | string' },
        JSON: 'unknown',
        Decimal: 'string',
      },
      mappers: mappers(name, typeDefs),
    },
  });
  const folder = new URL(`subgraphs/${name}/generated/`, root);
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL('resolvers.ts', folder), `// Generated from schema.graphql: do not edit.\n${output}`);
}

if (import.meta.main) {
  for (const name of process.argv.slice(2)) await generateResolvers(name);
}
