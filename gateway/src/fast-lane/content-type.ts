import { LRUCache } from 'lru-cache';
import Negotiator from 'negotiator';

/** What Apollo Server offers for an answer in one piece (`chooseContentTypeForSingleResultResponse`), in its order. */
const offered = [
  'application/json; charset=utf-8',
  'application/graphql-response+json; charset=utf-8',
  'application/json; callbackSpec=1.0; charset=utf-8',
];

/** Clients send the same few headers again and again. */
const chosen = new LRUCache<string, { readonly type: string | undefined }>({ max: 200 });

/** The content type for a client's `Accept` header; undefined where Apollo Server refuses it. */
export function contentTypeFor(accept: string | undefined): string | undefined {
  if (!accept) return offered[0];
  let choice = chosen.get(accept);
  if (!choice) {
    choice = { type: new Negotiator({ headers: { accept } }).mediaType(offered) };
    chosen.set(accept, choice);
  }
  return choice.type;
}
