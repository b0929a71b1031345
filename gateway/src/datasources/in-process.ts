import { makeExecutor, productVersion, type Logger, type Subgraph, type SubgraphResult } from '@cdx/kit';
import { contextOf } from '../execution/request-context.ts';
import { toSource, type SubgraphSource } from './data-source.ts';
import { tooLate } from './failure.ts';

/** A subgraph in this process: its documents are parsed and validated once, and nothing is turned into text. */
export function inProcessSource(subgraph: Subgraph, log: Logger): SubgraphSource {
  const execute = makeExecutor(subgraph, log);
  return toSource(
    subgraph.name,
    (operation, context) => {
      const { signal } = context.request;
      if (signal.aborted) return Promise.resolve(tooLate(subgraph.name));
      return withinDeadline(execute(operation, contextOf(context, subgraph)), signal, subgraph.name);
    },
    {
      ...(subgraph.follow ? { follow: subgraph.follow } : {}),
      check: () => subgraph.checkHealth(),
      version: () => Promise.resolve(productVersion),
      close: () => subgraph.close(),
    },
  );
}

/** The result, or an error as soon as the signal says that nobody waits any more. */
function withinDeadline(
  result: Promise<SubgraphResult>,
  signal: AbortSignal,
  subgraph: string,
): Promise<SubgraphResult> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => resolve(tooLate(subgraph));
    signal.addEventListener('abort', onAbort, { once: true });
    result.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
