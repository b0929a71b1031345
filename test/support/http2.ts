import { once } from 'node:events';
import { connect, constants, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import { gunzipSync } from 'node:zlib';

/** An answer by HTTP/2. */
export interface Http2Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

const sessions: ClientHttp2Session[] = [];

/** A connection by HTTP/2; `disconnectAll` ends it. */
export async function connectHttp2(url: string, ca?: string): Promise<ClientHttp2Session> {
  const session = connect(url, ca === undefined ? {} : { ca });
  await once(session, 'connect');
  sessions.push(session);
  return session;
}

/** Ends the connections of a suite. */
export function disconnectAll(): void {
  for (const session of sessions.splice(0)) session.destroy();
}

/** Sends a JSON body to a path, as a stream of its own. */
export function send(
  session: ClientHttp2Session,
  path: string,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<Http2Answer> {
  const stream = begin(session, path, headers);
  stream.end(JSON.stringify(body));
  return answerOf(stream);
}

/** Begins a request whose body is not there yet. */
export function begin(
  session: ClientHttp2Session,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): ClientHttp2Stream {
  return session.request({
    [constants.HTTP2_HEADER_METHOD]: 'POST',
    [constants.HTTP2_HEADER_PATH]: path,
    'content-type': 'application/json',
    ...headers,
  });
}

/** What comes back for a request; the server may end the request's own half with it. */
export async function answerOf(stream: ClientHttp2Stream): Promise<Http2Answer> {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = once(stream, 'end');
  const [headers] = (await once(stream, 'response')) as [Record<string, unknown>];
  await ended;
  const bytes = Buffer.concat(chunks);
  const text = (headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString();
  return { status: Number(headers[':status']), headers, body: text === '' ? undefined : JSON.parse(text) };
}
