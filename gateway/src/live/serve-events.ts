import { Readable } from 'node:stream';
import { graphqlError, withPulse } from '@cdx/kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FormattedExecutionResult } from 'graphql';
import Negotiator from 'negotiator';
import { z } from 'zod';
import type { Answers, Live, LiveCaller } from './live.ts';

const mediaType = 'text/event-stream';
/** What clients pass over. */
const comment = ':\n\n';
/** What the endpoint answers with, the usual first. */
const mediaTypes = ['application/json', 'application/graphql-response+json', mediaType];
/** What a header that asks for it says somewhere: few do, and to negotiate with all of them would cost every query. */
const mention = /text\/(?:event-stream|\*)/i;

/** What answers as a stream of events. */
export interface EventsDoor {
  readonly live: Live;
  /** Writes an answer as a line of JSON. */
  readonly stringify: (answer: FormattedExecutionResult) => string;
}

const operationForm = z.object({
  query: z.string().optional(),
  operationName: z.string().nullish(),
  variables: z.record(z.string(), z.unknown()).nullish(),
  extensions: z.record(z.string(), z.unknown()).nullish(),
});

/** Whether a request wants its answer as a stream of events. */
export function wantsEvents({ method, headers: { accept } }: FastifyRequest): boolean {
  if (method !== 'POST' || accept === undefined || !mention.test(accept)) return false;
  return new Negotiator({ headers: { accept } }).mediaType(mediaTypes) === mediaType;
}

/**
 * Answers an operation as server-sent events (the "distinct connections mode" of the protocol that graphql-sse
 * describes): `next` for each answer, then `complete`.
 */
export async function serveEvents(
  { live, stringify }: EventsDoor,
  caller: LiveCaller,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const operation = operationForm.safeParse(request.body);
  if (!operation.success) {
    await reply.code(400).send(graphqlError('BAD_USER_INPUT', 'The body must be a GraphQL request'));
    return;
  }
  const answers = await live.run(operation.data, caller);
  // Compressed, an event would wait for others to come.
  delete request.headers['accept-encoding'];
  await reply
    .headers({
      'content-type': `${mediaType}; charset=utf-8`,
      'cache-control': 'no-store',
      // Of nginx, which would wait for a whole answer.
      'x-accel-buffering': 'no',
    })
    .send(Readable.from(withPulse(toEvents(answers, stringify), comment)));
}

async function* toEvents(
  answers: FormattedExecutionResult | Answers,
  stringify: EventsDoor['stringify'],
): AsyncGenerator<string> {
  const all = Symbol.asyncIterator in answers ? answers : [answers];
  // Headers leave with the first bytes, and the client is to know that it is listened to.
  yield comment;
  // What is written of an answer is a whole line.
  for await (const answer of all) yield `event: next\ndata: ${stringify(answer)}\n`;
  yield 'event: complete\ndata:\n\n';
}
