import { request } from 'undici';
import type { RunningGateway } from '@cdx/gateway';

/** A GraphQL answer as a client gets it. */
export interface Answer {
  readonly status: number;
  /** The body's own text, for comparisons to the byte. */
  readonly text: string;
  // A test knows the shape that it asked for; naming it again for each query would double every test.
  readonly data: Record<string, unknown> | null | undefined;
  readonly errors: readonly AnswerError[];
}

export interface AnswerError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions: { readonly code: string; readonly service?: string; readonly field?: string };
}

/** Sends one operation over HTTP, as a client would. */
export async function ask(
  { url }: Pick<RunningGateway, 'url'>,
  query: string,
  options: { readonly token?: string; readonly variables?: Readonly<Record<string, unknown>> } = {},
): Promise<Answer> {
  const { statusCode, body } = await request(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
    },
    body: JSON.stringify({ query, variables: options.variables }),
  });
  const text = await body.text();
  const { data, errors = [] } = JSON.parse(text) as Partial<Answer>;
  return { status: statusCode, text, data, errors };
}

/** The codes of an answer's errors. */
export function codesOf({ errors }: Answer): string[] {
  return errors.map(({ extensions }) => extensions.code);
}

/** A part of an answer's data, by its path; throws when there is none, with the errors that tell why. */
export function at(
  answer: Partial<Pick<Answer, 'data' | 'text'>>,
  ...path: readonly (string | number)[]
): unknown {
  let value: unknown = answer.data;
  for (const key of path) {
    if (typeof value !== 'object' || value === null)
      throw new Error(`No ${path.join('.')} in ${answer.text ?? JSON.stringify(answer)}`);
    value = Reflect.get(value, key);
  }
  return value;
}

/** Logs a user in, with the password of the demo's users where none is given; answers the access token. */
export async function logIn(
  gateway: Pick<RunningGateway, 'url'>,
  email: string,
  password = 'cdx-demo',
): Promise<string> {
  const answer = await ask(
    gateway,
    'mutation ($email: String!, $password: String!) { login(email: $email, password: $password) { accessToken } }',
    { variables: { email, password } },
  );
  return String(at(answer, 'login', 'accessToken'));
}

export const superadmin = 'superadmin@cdx.example';
export const tenantAdmin = 'admin@acme.example';
export const clientUser = 'client@acme.example';
