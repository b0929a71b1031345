/** A small shop whose parts need different things of a caller: what the tests of this folder ask. */
import { ApolloServer } from '@apollo/server';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { anonymous, makeLogger, type Identity } from '@cdx/kit';
import { parse } from 'graphql';
import { composeSupergraph } from '../compose/index.ts';
import { executeGateway } from '../execution/execute-gateway.ts';
import { shareOperations } from '../execution/literals/share-operations.ts';
import { makeRequestContext, type RequestContext } from '../execution/request-context.ts';
import { sourceOf } from '../execution/testing.ts';
import { authorizeGateway, type AuthorizationMode, type Policy } from './index.ts';

const federation = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
  import: ["@key", "@external", "@requires", "@authenticated", "@requiresScopes", "@policy"])`;

/** A shop: what is open, what needs a login, scopes (either of two ways), or a policy; and things of several kinds. */
const shop = parse(`${federation}
  type Query {
    open: String
    mine: String @authenticated
    report: Report @requiresScopes(scopes: [["report:read", "shop"], ["all"]])
    vault: String @policy(policies: [["safe"]])
    customers: [Customer!]!
    things: [Thing]
    anything: [Anything]
    strict: Strict!
  }
  type Mutation { open: String close: String @requiresScopes(scopes: [["shop"]]) }
  type Report { total: Int }
  type Customer @key(fields: "id") { id: ID! name: String email: String @requiresScopes(scopes: [["email"]]) }
  interface Thing { id: ID! name: String }
  type Book implements Thing { id: ID! name: String pages: Int }
  type Gold implements Thing @requiresScopes(scopes: [["gold"]]) { id: ID! name: String carat: Int }
  union Anything = Book | Gold
  type Strict { value: Int! secret: Int! @authenticated inner: Strict }
`);
/** Another service, which makes labels of e-mail addresses and so needs what those need. */
const labels = parse(`${federation}
  type Customer @key(fields: "id") {
    id: ID!
    email: String @external
    label: String @requires(fields: "email") @requiresScopes(scopes: [["email"]])
  }
`);

/** The fields that the services were asked for, in their order. */
export const asked: string[] = [];
const note =
  <Value>(name: string, value: Value) =>
  (): Value => {
    asked.push(name);
    return value;
  };
const [book, gold] = [
  { __typename: 'Book', id: 'b', name: 'Ulysses', pages: 730 },
  { __typename: 'Gold', id: 'g', name: 'Bar', carat: 24 },
];
const strict = { value: note('value', 1), secret: note('secret', 2), inner: () => strict };
const resolvers = {
  Query: {
    open: note('open', 'yes'),
    mine: note('mine', 'me'),
    report: note('report', { total: 3 }),
    vault: note('vault', 'diamonds'),
    customers: note('customers', [{ id: '1' }, { id: '2' }]),
    things: note('things', [book, gold]),
    anything: note('anything', [book, gold]),
    strict: note('strict', strict),
  },
  Mutation: { open: note('open', 'opened'), close: note('close', 'closed') },
  Customer: {
    __resolveReference: ({ id }: { id: string }) => ({ id }),
    name: ({ id }: { id: string }) => `Customer ${id}`,
    email: ({ id }: { id: string }) => {
      asked.push('email');
      return `${id}@shop.example`;
    },
  },
};
const labelResolvers = {
  Customer: {
    __resolveReference: (reference: object) => reference,
    label: ({ email }: { email: string }) => {
      asked.push('label');
      return `<${email}>`;
    },
  },
};

const servers: ApolloServer<RequestContext>[] = [];

/** Ends the servers of a suite. */
export async function stopServers(): Promise<void> {
  await Promise.all(servers.map((server) => server.stop()));
}

const policies = new Map<string, Policy>([['safe', ({ ipAddress }) => ipAddress === '10.0.0.1']]);

const supergraphSdl = composeSupergraph([
  { name: 'shop', url: 'http://shop', typeDefs: shop },
  { name: 'labels', url: 'http://labels', typeDefs: labels },
]);

/** A server of the shop that enforces its requirements. */
export function aServer(
  mode: AuthorizationMode = 'filter',
  introspection: 'whole' | 'usable' = 'whole',
): ApolloServer<RequestContext> {
  const sources = new Map([
    ['shop', buildSubgraphSchema([{ typeDefs: shop, resolvers }])],
    ['labels', buildSubgraphSchema([{ typeDefs: labels, resolvers: labelResolvers }])],
  ]);
  const gateway = executeGateway({ initialize: () => Promise.resolve({ supergraphSdl }) }, (name) => {
    const schema = sources.get(name);
    if (!schema) throw new Error(`No service ${name}`);
    return sourceOf({ name }, schema, () => undefined);
  });
  const log = makeLogger('test', 'silent');
  const server = new ApolloServer<RequestContext>({
    introspection: true,
    gateway: shareOperations(authorizeGateway(gateway, { mode, policies, introspection, log })),
  });
  servers.push(server);
  return server;
}

export interface Caller {
  readonly scopes?: readonly string[];
  readonly ipAddress?: string;
}
export const nobody = null;

/** Runs an operation; answers its data, and the paths and codes of its errors. */
export async function run(
  server: ApolloServer<RequestContext>,
  query: string,
  caller: Caller | null,
  variables: Record<string, unknown> = {},
): Promise<{ data: unknown; paths: string[]; codes: unknown[]; extensions: unknown }> {
  const identity: Identity = caller
    ? { ...anonymous, userId: 'ann', role: 'user', scopes: caller.scopes ?? [] }
    : anonymous;
  const contextValue = makeRequestContext({
    identity,
    requestId: 'test',
    ipAddress: caller?.ipAddress ?? null,
    userAgent: null,
    signal: new AbortController().signal,
    deadlineMs: Date.now() + 10_000,
  });
  const { body } = await server.executeOperation({ query, variables }, { contextValue });
  if (body.kind !== 'single') throw new Error('One answer is expected');
  const { data, errors = [], extensions } = body.singleResult;
  return {
    data: data && (JSON.parse(JSON.stringify(data)) as unknown),
    paths: errors.map(({ path = [] }) => path.join('.')),
    codes: [...new Set(errors.map((error) => error.extensions?.code))],
    extensions,
  };
}
