/** The server understood the request and refused it; the message is its own and fit to be shown. */
export class RefusedError extends Error {}

/** No GraphQL answer came back at all, so nothing is known about what was asked. */
class UnreachableError extends Error {}

type Answer = { data?: unknown; errors?: { message?: string }[] };

async function readAnswer(response: Response): Promise<Answer> {
  try {
    return (await response.json()) as Answer;
  } catch {
    throw new UnreachableError(`The server gave no GraphQL answer (HTTP ${response.status}).`);
  }
}

/**
 * Sends one of the playground's own operations (logging in, refreshing, logging out). They run outside GraphiQL,
 * because they must neither show up in the response pane nor wait for the session they establish.
 */
export async function requestGraphQL<Data>(
  path: string,
  query: string,
  variables: Record<string, string>,
): Promise<Data> {
  let response: Response;
  try {
    response = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
  } catch {
    throw new UnreachableError('The server could not be reached.');
  }
  const { data, errors } = await readAnswer(response);
  if (errors?.length) {
    const message = errors.map((error) => error.message ?? 'Unknown error').join(' ');
    throw response.status >= 500 ? new UnreachableError(message) : new RefusedError(message);
  }
  if (data === undefined || data === null) {
    throw new UnreachableError(`The server gave no data (HTTP ${response.status}).`);
  }
  return data as Data;
}
