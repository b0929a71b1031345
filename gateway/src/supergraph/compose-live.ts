import type { Logger } from '@cdx/kit';
import { parse } from 'graphql';
import { composeSupergraph, type ComposedSubgraph } from '../compose/index.ts';
import { sdlOf, type SubgraphSource } from '../datasources/index.ts';
import type { SupergraphManager } from './manager.ts';

/** How long to wait before asking again for the SDL of a subgraph that did not answer, in milliseconds. */
const retryMs = 5_000;

/** A subgraph whose contract only it knows. */
export interface UnknownSubgraph {
  readonly name: string;
  readonly url: string;
  readonly source: SubgraphSource;
}

/**
 * Composes the subgraphs whose contracts are known, and others as soon as they say theirs: one that is down at the
 * start joins the graph when it is up.
 */
export function composeLive(
  known: readonly ComposedSubgraph[],
  unknown: readonly UnknownSubgraph[],
  log: Logger,
): SupergraphManager {
  return {
    async initialize({ update }) {
      const joined = [...known];
      let missing = await join(unknown, joined, log);
      const timer = setInterval(() => {
        if (missing.length === 0) clearInterval(timer);
        else void tryAgain();
      }, retryMs);
      timer.unref();
      const tryAgain = async (): Promise<void> => {
        const still = await join(missing, joined, log);
        if (still.length === missing.length) return;
        missing = still;
        try {
          update(composeSupergraph(joined));
        } catch (error) {
          log.error({ error }, 'a subgraph that came up does not fit into the graph; the old graph goes on');
        }
      };
      return {
        supergraphSdl: composeSupergraph(joined),
        cleanup: () => clearInterval(timer),
      };
    },
  };
}

/** Adds the subgraphs that answer with their SDL; answers the others. */
async function join(
  candidates: readonly UnknownSubgraph[],
  joined: ComposedSubgraph[],
  log: Logger,
): Promise<UnknownSubgraph[]> {
  const answers = await Promise.all(
    candidates.map(async (candidate) => ({ candidate, sdl: await sdlOf(candidate.source) })),
  );
  return answers.flatMap(({ candidate, sdl }) => {
    if (sdl === undefined) {
      log.warn({ subgraph: candidate.name }, 'a subgraph does not say its SDL; it is asked again');
      return [candidate];
    }
    joined.push({ name: candidate.name, url: candidate.url, typeDefs: parse(sdl) });
    return [];
  });
}
