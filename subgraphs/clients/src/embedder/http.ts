import { codedError } from '@cdx/kit';
import { request } from 'undici';
import { z } from 'zod';
import { embeddingDimensions, type Embedder } from './embedder.ts';

/** Where an OpenAI-compatible embeddings API is, and how it is called. */
export interface HttpEmbedderOptions {
  /** The API's base, to which `/embeddings` is added: `https://host/v1`. */
  readonly url: string;
  readonly apiKey: string | undefined;
  readonly model: string;
  readonly timeoutMs: number;
}

const answerForm = z.object({
  data: z.array(z.object({ index: z.int(), embedding: z.array(z.number()).length(embeddingDimensions) })),
});

/** An embedder that asks an OpenAI-compatible API (`POST /embeddings`). */
export function httpEmbedder({ url, apiKey, model, timeoutMs }: HttpEmbedderOptions): Embedder {
  const endpoint = `${url.replace(/\/$/, '')}/embeddings`;
  const headers = {
    'content-type': 'application/json',
    ...(apiKey ? { authorization: `Bearer ${apiKey}` } : {}),
  };
  return {
    model,
    async embed(texts, signal) {
      const deadline = AbortSignal.timeout(timeoutMs);
      try {
        const { statusCode, body } = await request(endpoint, {
          method: 'POST',
          headers,
          body: JSON.stringify({
            model,
            input: texts,
            dimensions: embeddingDimensions,
            encoding_format: 'float',
          }),
          signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
        });
        if (statusCode !== 200)
          throw new Error(`The embeddings API answered ${statusCode}: ${await body.text()}`);
        const { data } = answerForm.parse(await body.json());
        return inOrder(data, texts.length);
      } catch (error) {
        const unavailable = codedError('SUBGRAPH_UNAVAILABLE', 'The embedding service does not answer');
        unavailable.cause = error;
        throw unavailable;
      }
    },
  };
}

function inOrder(data: readonly { index: number; embedding: number[] }[], count: number): number[][] {
  const sorted = data.toSorted((a, b) => a.index - b.index);
  if (sorted.length !== count || sorted.some(({ index }, place) => index !== place))
    throw new Error(
      `The embeddings API answered ${sorted.length} vectors for ${count} texts, or not one for each`,
    );
  return sorted.map(({ embedding }) => embedding);
}
