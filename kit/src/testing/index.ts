/** What tests of subgraphs share. Not part of the product: nothing outside tests imports it. */
import { parse, validate, type ExecutionResult, type GraphQLField } from 'graphql';
import type { Subgraph, SubgraphRequest } from '../context/subgraph.ts';
import { prepareDocument } from '../execute/prepare.ts';
import { anonymous, type Identity } from '../identity/identity.ts';
import { makeLogger } from '../log.ts';
import { statementChannel, type StatementEvent } from '../sql/run.ts';

/** An identity with what a test cares about; anonymous in all else. */
export function anIdentity(parts: Partial<Identity> = {}): Identity {
  return { ...anonymous, ...parts };
}

/** A request of an identity that nobody cancels and that has ten seconds. */
export function aRequest(identity: Identity = anonymous): SubgraphRequest {
  return {
    identity,
    requestId: 'test',
    ipAddress: '127.0.0.1',
    userAgent: 'test',
    signal: new AbortController().signal,
    deadlineMs: Date.now() + 10_000,
  };
}

/** Runs one operation on a subgraph as an identity, as the gateway would; errors are left as they were thrown. */
export async function run(
  subgraph: Subgraph,
  identity: Identity,
  source: string,
  variableValues: Readonly<Record<string, unknown>> = {},
): Promise<ExecutionResult<Record<string, unknown>>> {
  const document = parse(source, { noLocation: true });
  const invalid = validate(subgraph.schema, document);
  if (invalid.length > 0) return { errors: invalid };
  const contextValue = subgraph.createContext(aRequest(identity));
  const execute = prepareDocument(subgraph, document, makeLogger('test', 'silent'));
  const result = await execute({ variables: variableValues }, contextValue);
  // GraphQL's objects have no prototype; tests compare with ordinary ones.
  const { data = null, ...rest } = result;
  return { ...rest, data: JSON.parse(JSON.stringify(data)) as Record<string, unknown> | null };
}

/**
 * Runs one operation that is to succeed.
 * @returns its data
 * @throws the first of its errors
 */
export async function ask<Data extends object = Record<string, unknown>>(
  subgraph: Subgraph,
  identity: Identity,
  source: string,
  variables: Readonly<Record<string, unknown>> = {},
): Promise<Data> {
  const { data, errors } = await run(subgraph, identity, source, variables);
  if (errors?.[0]) throw errors[0];
  return data as Data;
}

/** The codes of a result's errors. */
export function codes({ errors = [] }: ExecutionResult): unknown[] {
  return errors.map(({ extensions }) => extensions.code);
}

/** The statements that were sent to any database while `work` ran, in their order. */
export async function statementsOf(work: () => Promise<unknown>): Promise<StatementEvent[]> {
  const sent: StatementEvent[] = [];
  const listen = (message: unknown): number => sent.push(message as StatementEvent);
  statementChannel.subscribe(listen);
  try {
    await work();
    return sent;
  } finally {
    statementChannel.unsubscribe(listen);
  }
}

/**
 * A database that the test run has brought up.
 * @param variable the environment variable that names it: `TEMPLATES_DATABASE_URL`
 */
export function testDatabaseUrl(variable: string): string {
  const url = process.env[variable];
  if (!url)
    throw new Error(`${variable} is not set: run tests by \`npm test\`, which brings the databases up`);
  return url;
}

export { followChanges } from '../changes/follow.ts';

/** Whether a root field is the product's own, which is refused to all callers (`policies.ts`). */
export function isInternal({ astNode }: GraphQLField<unknown, unknown>): boolean {
  return astNode?.directives?.some(({ name }) => name.value === 'inaccessible') ?? false;
}

/** The names of a subgraph's mutations that callers can ask for. */
export function mutationsOfCallers({ schema }: Subgraph): string[] {
  const fields = Object.values(schema.getMutationType()?.getFields() ?? {});
  return fields.filter((field) => !isInternal(field)).map(({ name }) => name);
}
