import {
  followedChangesForm,
  identityHeader,
  signIdentity,
  type FollowedChanges,
  type Heads,
  type SecretSource,
} from '@cdx/kit';
import type { Pool } from 'undici';
import { ownRequest } from './data-source.ts';

/** A stream that is silent for so long, in milliseconds, is dead: an empty line comes three times as often. */
const silentMs = 30_000;

/**
 * Follows what happens in a subgraph over HTTP, as the product itself.
 * @throws when the subgraph does not answer, or the stream breaks off
 */
export async function* followRemote(
  pool: Pool,
  { name, secrets }: { readonly name: string; readonly secrets: SecretSource },
  from: Heads | undefined,
  signal: AbortSignal,
): AsyncGenerator<FollowedChanges, void> {
  const { statusCode, body } = await pool.request({
    method: 'POST',
    path: '/changes',
    headers: {
      'content-type': 'application/json',
      [identityHeader]: signIdentity(secrets.current(), name, ownRequest()),
    },
    body: JSON.stringify(from ? { from } : {}),
    signal,
    bodyTimeout: silentMs,
  });
  if (statusCode !== 200) {
    await body.dump();
    throw new Error(`HTTP ${statusCode}`);
  }
  for await (const line of linesOf(body)) {
    if (line !== '') yield followedChangesForm.parse(JSON.parse(line));
  }
  if (!signal.aborted) throw new Error('The stream has ended');
}

async function* linesOf(body: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}
