import { GraphQLError, parse, validate, type GraphQLFormattedError } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import { outlineOf, type OperationOutline } from '../audit/outline.ts';
import type { Subgraph, SubgraphRequest } from '../context/subgraph.ts';
import { selectedFields } from '../schema/selected-fields.ts';
import { publishWork } from '../telemetry/work.ts';
import { maskError } from './mask-error.ts';
import { prepareDocument, type RunDocument } from './prepare.ts';

/** One fetch of the gateway. */
export interface SubgraphOperation {
  readonly query: string;
  readonly operationName?: string | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
  /** Whether the answer may have `JsonText` in it, for who passes it on and writes it by `writeJson`. */
  readonly jsonAsText?: boolean | undefined;
}

/** Whether a fetch changes something: of the gateway's texts only mutations begin with the word. */
export function isMutation(query: string): boolean {
  return /^\s*mutation\b/.test(query);
}

/** A fetch's answer, its errors fit for a caller. */
export interface SubgraphResult {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly GraphQLFormattedError[];
}

/** Executes a subgraph's operations, each document parsed, validated and planned once. */
export type SubgraphExecutor = (
  operation: SubgraphOperation,
  contextValue: SubgraphRequest,
) => Promise<SubgraphResult>;

/** The gateway's query plans repeat a few hundred documents; clients cannot choose them freely. */
const documentsKept = 2_000;

type Prepared =
  | { readonly run: RunDocument; readonly outline: OperationOutline }
  | { readonly errors: readonly GraphQLError[] };

/** Makes the executor that the gateway calls in its process, and the HTTP server for others. */
export function makeExecutor(subgraph: Subgraph, log: Logger): SubgraphExecutor {
  const documents = new LRUCache<string, Prepared>({ max: documentsKept });
  const { name } = subgraph;

  const prepare = (query: string): Prepared => {
    let prepared = documents.get(query);
    if (!prepared) {
      prepared = parseAndValidate(subgraph, query, log);
      documents.set(query, prepared);
    }
    return prepared;
  };

  return async ({ query, operationName, variables, jsonAsText }, contextValue) => {
    const prepared = prepare(query);
    // Made for errors alone: most fetches have none.
    const mask = (error: GraphQLError): GraphQLFormattedError =>
      maskError(error, name, log.child({ requestId: contextValue.requestId }));
    if ('errors' in prepared) return { errors: prepared.errors.map(mask) };
    const { data, errors } = await prepared.run({ operationName, variables, jsonAsText }, contextValue);
    try {
      await subgraph.recordAccess(contextValue, { outline: prepared.outline, errors: errors ?? [] });
    } catch (error) {
      // What cannot be put on record does not leave.
      return { data: null, errors: [mask(asGraphQLError(error))] };
    }
    const masked = errors?.map(mask);
    return { ...(data === undefined ? {} : { data }), ...(masked ? { errors: masked } : {}) };
  };
}

/** An error of no field. With its cause, so that it counts as ours unless it has a code. */
function asGraphQLError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  return new GraphQLError('The access could not be put on record', { originalError: error as Error });
}

function parseAndValidate(subgraph: Subgraph, query: string, log: Logger): Prepared {
  const { schema } = subgraph;
  try {
    publishWork('prepare');
    const document = parse(query, { noLocation: true });
    const errors = validate(schema, document);
    if (errors.length > 0) return { errors };
    const fields = selectedFields(schema, document);
    return { run: prepareDocument(subgraph, document, log, fields), outline: outlineOf(schema, fields) };
  } catch (error) {
    if (error instanceof GraphQLError) return { errors: [error] };
    throw error;
  }
}
