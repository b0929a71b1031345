import { unwatchFile, watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Logger } from '@cdx/kit';
import type { SupergraphManager } from './manager.ts';

/** How often the file is looked at, in milliseconds. */
const intervalMs = 1_000;

/**
 * Serves the supergraph of a file and swaps it when the file changes, while requests go on. A new one that cannot be
 * read, or whose subgraphs do not answer, is refused, and the old one goes on until the file changes again.
 */
export function watchSupergraph(file: string, log: Logger): SupergraphManager {
  return {
    async initialize({ updateIfHealthy }) {
      let current = await readFile(file, 'utf8');
      const onChange = async (): Promise<void> => {
        try {
          const next = await readFile(file, 'utf8');
          if (next === current) return;
          await updateIfHealthy(next);
          current = next;
          log.info({ file }, 'a new supergraph is served');
        } catch (error) {
          log.error({ error, file }, 'the new supergraph is refused; the old one goes on');
        }
      };
      watchFile(file, { interval: intervalMs, persistent: false }, () => void onChange());
      return {
        supergraphSdl: current,
        cleanup: () => unwatchFile(file),
      };
    },
  };
}
