import { codedError, isErrorCode, type SubgraphResult } from '@cdx/kit';

/** A subgraph, asked as the product itself. */
export interface SystemSource {
  fetch(query: string, variables: Readonly<Record<string, unknown>>): Promise<SubgraphResult>;
}

/**
 * Asks a subgraph for the gateway itself.
 * @returns the data, whole
 * @throws the first error, with its code
 */
export async function askAsSystem(
  source: SystemSource,
  query: string,
  variables: Readonly<Record<string, unknown>>,
): Promise<Record<string, unknown>> {
  const { data, errors } = await source.fetch(query, variables);
  const [error] = errors ?? [];
  if (!error && data) return data;
  const code = error?.extensions?.code;
  throw codedError(
    isErrorCode(code) ? code : 'INTERNAL',
    error?.message ?? 'A subgraph has answered nothing',
  );
}
