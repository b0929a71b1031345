import { z } from 'zod';
import type { Subgraph } from '../context/subgraph.ts';
import { makeLogger, type Logger } from '../log.ts';
import { internalSecretSettings, openSecrets } from '../identity/secrets.ts';
import { integer, logLevel, readSettings, SettingsError } from '../settings.ts';
import { serveSubgraph } from './serve.ts';

/** The environment variables of every subgraph that runs alone. */
export const serverSettingsSchema = z.object({
  HOST: z.string().default('127.0.0.1').describe('The address to listen at; 0.0.0.0 in a container.'),
  PORT: integer(0, 65_535).default(4_001).describe('The port to listen at.'),
  ...internalSecretSettings,
  LOG_LEVEL: logLevel,
});

/** How a domain is run alone. */
export interface RunOptions<Settings extends z.ZodObject, Made extends Subgraph> {
  readonly settingsSchema: Settings;
  readonly createSubgraph: (settings: z.output<Settings>, log: Logger) => Made | Promise<Made>;
  /** Public documents by path. */
  readonly documents?: (subgraph: Made) => Readonly<Record<string, () => unknown>>;
}

/**
 * Runs a subgraph as a process of its own until it is told to stop. Mistakes in the settings are printed and end the
 * process with code 1.
 */
export async function runSubgraph<Settings extends z.ZodObject, Made extends Subgraph>(
  options: RunOptions<Settings, Made>,
): Promise<void> {
  try {
    const own = readSettings(serverSettingsSchema, process.env);
    const settings = readSettings(options.settingsSchema, process.env);
    const log = makeLogger('subgraph', own.LOG_LEVEL);
    const secrets = await openSecrets(own, log);
    if (!secrets) throw new SettingsError('CDX_INTERNAL_SECRET or CDX_INTERNAL_SECRET_FILE must be set');
    const subgraph = await options.createSubgraph(settings, log);
    const server = await serveSubgraph(subgraph, {
      host: own.HOST,
      port: own.PORT,
      secrets,
      log,
      documents: options.documents?.(subgraph) ?? {},
    });
    const address = server.server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    log.info({ subgraph: subgraph.name, port }, 'serving');
    const stop = (): void => void server.close();
    process.once('SIGINT', stop).once('SIGTERM', stop);
    // A subgraph started by another process ends with it.
    process.once('disconnect', stop);
    // Whoever started it may be gone by now; then it ends by the line above.
    if (process.connected) process.send?.({ kind: 'serving', port });
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
    if (process.connected) process.disconnect();
  }
}
