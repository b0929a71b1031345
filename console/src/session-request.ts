import type { SessionAnswer } from './tokens.ts';

/** The server understood the request and refused it; the message is its own and fit to be shown. */
export class RefusedError extends Error {}

/** No answer came back at all, so nothing is known about what was asked. */
class UnreachableError extends Error {}

type Refusal = { errors?: { message?: string }[] };

/**
 * Logging in, refreshing and logging out run outside GraphiQL: they must neither show up in its response pane nor wait
 * for the session that they establish. Answers null when nobody is logged in.
 */
export async function requestSession(
  method: 'POST' | 'DELETE',
  path: string,
  body?: Record<string, string>,
): Promise<SessionAnswer | null> {
  let response: Response;
  try {
    const json = { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body ?? {}) };
    // Kept alive when the page is left, so that a new cookie is not lost on its way.
    response = await fetch(path, { method, keepalive: true, ...(method === 'POST' ? json : {}) });
  } catch {
    throw new UnreachableError('The server could not be reached.');
  }
  if (response.status === 204) return null;
  let answer: unknown;
  try {
    answer = await response.json();
  } catch {
    throw new UnreachableError(`The server gave no answer (HTTP ${response.status}).`);
  }
  if (response.ok) return answer as SessionAnswer;
  const { errors = [] } = answer as Refusal;
  const message = errors.map((error) => error.message ?? 'Unknown error').join(' ');
  throw response.status >= 500 ? new UnreachableError(message) : new RefusedError(message);
}
