import { followFile, forbidden, graphqlError, type Logger } from '@cdx/kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Settings } from '../settings.ts';
import { askedOperation, substituteText, type AskedOperation } from './asked.ts';
import { normalizedHash, readManifest } from './manifest.ts';

/** Lets registered operations pass, by their ids and by their texts. */
export interface Safelist {
  /** Runs before Apollo Server reads the request. */
  check(request: FastifyRequest, reply: FastifyReply): Promise<void>;
  /**
   * The text to execute for an operation that came otherwise: the registered one for an id.
   * @throws FORBIDDEN when only registered operations are answered and this is none
   */
  textOf(asked: AskedOperation, request: FastifyRequest): string | undefined;
  close(): void;
}

/** How many unregistered operations are remembered as logged. */
const loggedKept = 10_000;

const refusal =
  'Only registered operations are answered here. Register this one with `npm run operations`, and send its id in extensions.persistedQuery.sha256Hash, or exactly its text';

/**
 * Opens the manifest and follows its changes; one that is broken is refused, and the one before it goes on. Undefined
 * when every operation may pass.
 * @throws when there is no manifest, or a broken one, at the start
 */
export async function openSafelist(settings: Settings, log: Logger): Promise<Safelist | undefined> {
  const { PERSISTED_OPERATIONS: mode, OPERATIONS_MANIFEST: file } = settings;
  if (mode === 'off') return undefined;
  const manifest = await followFile(file, readManifest, log);
  const logged = new LRUCache<string, true>({ max: loggedKept });

  const logOnce = (asked: AskedOperation, request: FastifyRequest): void => {
    const hash = asked.query === undefined ? asked.id : normalizedHash(asked.query);
    if (hash === undefined || logged.has(hash)) return;
    logged.set(hash, true);
    const client = request.headers['apollographql-client-name'];
    log.warn({ hash, client, requestId: request.id }, 'an operation is not registered');
  };

  const textOf = (asked: AskedOperation, request: FastifyRequest): string | undefined => {
    const { id, query } = asked;
    // Neither a text nor an id: Apollo Server says what is missing.
    if (query === undefined && id === undefined) return undefined;
    if (query === undefined && id !== undefined) {
      const body = manifest.current().bodyOf(id);
      if (body !== undefined) return body;
    }
    if (query !== undefined && manifest.current().has(query)) return query;
    if (mode === 'only') throw forbidden(refusal);
    logOnce(asked, request);
    return query;
  };

  return {
    textOf,
    async check(request, reply) {
      const asked = askedOperation(request);
      try {
        const text = textOf(asked, request);
        if (text !== asked.query && text !== undefined) substituteText(request, text);
      } catch (error) {
        if (!(error instanceof GraphQLError)) throw error;
        await reply.code(403).send(graphqlError('FORBIDDEN', error.message));
      }
    },
    close: () => manifest.close(),
  };
}
