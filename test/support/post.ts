import type { RunningGateway } from '@cdx/gateway';
import { request } from 'undici';

/** An answer with all that HTTP says about it. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: {
    readonly data?: Readonly<Record<string, unknown>> | null;
    readonly errors?: readonly {
      readonly message: string;
      readonly locations?: readonly unknown[];
      readonly extensions: Readonly<Record<string, unknown>> & { readonly code: string };
    }[];
    readonly extensions?: Readonly<Record<string, unknown>>;
  };
}

/** Posts a body, as JSON unless it is text or bytes. */
export async function post(
  { url }: Pick<RunningGateway, 'url'>,
  body: object | string | Buffer,
  headers: Readonly<Record<string, string>> = {},
): Promise<HttpAnswer> {
  const answer = await request(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
  });
  return {
    status: answer.statusCode,
    headers: answer.headers,
    body: (await answer.body.json()) as HttpAnswer['body'],
  };
}

/** The header of a caller with an access token. */
export const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });
