import { channel } from 'node:diagnostics_channel';
import type { ApolloServerPlugin } from '@apollo/server';
import type { GatewayExecutor, GatewayInterface } from '@apollo/server-gateway-interface';
import type { FastifyRequest } from 'fastify';
import type { FormattedExecutionResult } from 'graphql';
import type { RequestContext } from '../execution/request-context.ts';
import { answerWarm, type Answer } from './answer.ts';
import { readWarmRequest, type WarmRequest } from './read-request.ts';
import { WarmDocuments } from './warm-documents.ts';

export type { WarmRequest } from './read-request.ts';

/** A query that was answered ahead of Apollo Server: what a test counts. */
export interface WarmAnswerEvent {
  readonly operationName: string | undefined;
}

/** Publishes a `WarmAnswerEvent` for every answer of the lane; free while nobody listens. */
export const warmAnswerChannel = channel('cdx:warm-answer');

type Plugin = ApolloServerPlugin<RequestContext>;
type Stringify = (result: FormattedExecutionResult) => string;

/**
 * Answers queries whose documents Apollo Server has seen, ahead of its pipeline: what that does to every request and
 * its text anew, is done once for a document. All else goes Apollo Server's own way.
 */
export class FastLane {
  readonly #documents = new WarmDocuments();
  readonly #plugins: readonly Plugin[];
  readonly #stringify: Stringify;
  #execute: GatewayExecutor | undefined;

  /**
   * @param plugins all that Apollo Server has, those included that it would add by itself
   * @param stringify Apollo Server's `stringifyResult`
   */
  constructor(plugins: readonly Plugin[], stringify: Stringify) {
    this.#plugins = plugins;
    this.#stringify = stringify;
  }

  /** The plugins for Apollo Server: the lane's, and the one that it learns by. */
  get plugins(): Plugin[] {
    return [this.#documents.plugin, ...this.#plugins];
  }

  /** The gateway for Apollo Server, whose executor the lane runs too. */
  tap(gateway: GatewayInterface): GatewayInterface {
    return {
      onSchemaLoadOrUpdate: (callback) => gateway.onSchemaLoadOrUpdate(callback),
      load: async (config) => {
        const loaded = await gateway.load(config);
        this.#execute = loaded.executor ?? undefined;
        return loaded;
      },
      stop: () => gateway.stop(),
    };
  }

  /** What the lane can answer; undefined for what must go the normal way. */
  read(request: FastifyRequest): WarmRequest | undefined {
    return readWarmRequest(request, this.#documents);
  }

  answer(asked: WarmRequest, contextValue: RequestContext): Promise<Answer> {
    const execute = this.#execute;
    const { operationName } = asked.request;
    if (warmAnswerChannel.hasSubscribers)
      warmAnswerChannel.publish({ operationName } satisfies WarmAnswerEvent);
    if (!execute) throw new TypeError('A query cannot be warm before the gateway has loaded');
    const [plugins, stringify] = [this.#plugins, this.#stringify];
    return answerWarm(asked, contextValue, { plugins, execute, stringify });
  }
}
