import { readFileSync } from 'node:fs';
import { scopesOfRole } from '@cdx/access';
import { anonymous, type Identity } from '@cdx/kit';
import { beforeAll, expect, test } from '@jest/globals';
import { getNamedType, isCompositeType, isObjectType, Kind, parse, type GraphQLSchema } from 'graphql';
import { describeAccess } from '../docs/access.ts';
import { Planner } from '../execution/planner.ts';
import { contracts } from '../subgraphs.ts';
import { planOperation } from './operation-plan.ts';
import { readRequirements, type Requirements } from './requirements.ts';
import { meets } from './rights.ts';

/** The columns of docs/access.md. */
const callers = ['superadmin', 'admin', 'client', 'user', 'anonymous'] as const;
type Caller = (typeof callers)[number];

let graph: { schema: GraphQLSchema; requirements: Requirements };
beforeAll(() => {
  const supergraphSdl = readFileSync(new URL('../../../supergraph.graphql', import.meta.url), 'utf8');
  const { schema } = new Planner(supergraphSdl);
  graph = { schema, requirements: readRequirements(supergraphSdl, schema) };
});

function identityOf(caller: Caller): Identity {
  if (caller === 'anonymous') return anonymous;
  return { ...anonymous, userId: 'somebody', role: caller, scopes: scopesOfRole(caller) };
}

/** Whether the gateway lets a caller ask for a field of a type. */
function isAsked(caller: Caller, type: string, field: string): boolean {
  const object = graph.schema.getType(type);
  if (!isObjectType(object)) throw new Error(`The graph has no object ${type}`);
  const definition = object.getFields()[field];
  if (!definition) throw new Error(`${type} has no field ${field}`);
  const selection = isCompositeType(getNamedType(definition.type)) ? ' { __typename }' : '';
  // Arguments do not matter to what a caller may ask, so the document need not be one that GraphQL would run.
  const root = type === 'Mutation' ? 'mutation' : 'query';
  const document = parse(`${root} { ...F } fragment F on ${type} { ${field}${selection} }`);
  const [operation] = document.definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('There is no operation');
  const rights = {
    identity: identityOf(caller),
    scopes: new Set(identityOf(caller).scopes),
    policies: new Set<string>(),
  };
  return !planOperation(document, operation, graph).variantFor((requirement) => meets(rights, requirement))
    .isCut;
}

/** What the page answers for a field or type, by caller; a superadmin's role is asked for by the subgraph besides. */
const page = new Map(
  [...describeAccess(contracts()).matchAll(/^\| `([A-Z][\w.]*)` \| (.*?) \| (.*) \|$/gm)].map(
    ([, coordinate = '', needs = '', cells = '']) =>
      [coordinate, { byRole: needs.includes('and the role'), answers: cells.split(' | ') }] as const,
  ),
);

/** The page's answer for one field: its own row, its type's and that of what it gives. */
function isOnPage(caller: Caller, type: string, field: string, returned: string): boolean {
  const rows = [page.get(`${type}.${field}`), page.get(type), page.get(returned)];
  return rows.every((row) => row?.answers[callers.indexOf(caller)] !== 'no');
}

test('docs/access.md is right about every field of the graph, for every caller', () => {
  const objects = Object.values(graph.schema.getTypeMap()).filter(
    (type) => isObjectType(type) && !type.name.startsWith('__'),
  );
  let compared = 0;
  for (const object of objects.filter(isObjectType)) {
    for (const [field, { type }] of Object.entries(object.getFields())) {
      const returned = getNamedType(type).name;
      const byRole = page.get(`${object.name}.${field}`)?.byRole === true;
      for (const caller of callers.filter((one) => !byRole || one === 'superadmin')) {
        compared += 1;
        const found = { field: `${object.name}.${field}`, caller, may: isAsked(caller, object.name, field) };
        expect(found).toEqual({ ...found, may: isOnPage(caller, object.name, field, returned) });
      }
    }
  }
  expect(compared).toBeGreaterThan(2_000);
});
