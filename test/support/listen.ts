/** Clients of the test that listen to what happens, by server-sent events and over WebSockets. */
import type { RunningGateway } from '@cdx/gateway';
import { createClient } from 'graphql-ws';
import { request } from 'undici';
import type { Answer } from './ask.ts';

type Gateway = Pick<RunningGateway, 'url'>;

interface Listening {
  readonly token?: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

/** One answer of a subscription. */
export type LiveAnswer = Partial<Pick<Answer, 'data' | 'errors'>>;

/** What a subscription tells, one after another. */
export interface Told {
  /** The next; rejects when there is none for a while. */
  next(): Promise<LiveAnswer>;
  /** The next that has a text in it: other tests run at the same time, and what they do is told too. */
  nextWith(text: string): Promise<LiveAnswer>;
  /** What has come and was not taken yet. */
  readonly waiting: readonly LiveAnswer[];
  /** Whether it has told that it is over. */
  readonly isComplete: boolean;
  stop(): void;
}

const patienceMs = 15_000;

/** What comes, for whoever waits for it. */
class Mailbox implements Told {
  readonly waiting: LiveAnswer[] = [];
  readonly stop: () => void;
  isComplete = false;
  #wake: (() => void) | undefined;

  constructor(stop: () => void) {
    this.stop = stop;
  }

  readonly add = (answer: unknown): void => {
    // What a test expects of it says which shape it has.
    this.waiting.push(answer as LiveAnswer);
    this.#wake?.();
  };

  async next(): Promise<LiveAnswer> {
    if (this.waiting.length === 0) {
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error('Nothing was told')), patienceMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    const [answer = {}] = this.waiting.splice(0, 1);
    return answer;
  }

  async nextWith(text: string): Promise<LiveAnswer> {
    for (;;) {
      const answer = await this.next();
      if (JSON.stringify(answer).includes(text)) return answer;
    }
  }
}

/** Subscribes by server-sent events. Resolves when the stream stands. */
export async function listen(
  { url }: Gateway,
  query: string,
  { token, variables }: Listening = {},
): Promise<Told> {
  const leaving = new AbortController();
  const { body, headers, statusCode } = await request(`${url}/graphql`, {
    method: 'POST',
    signal: leaving.signal,
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      'accept-encoding': 'gzip',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query, variables }),
  });
  if (!String(headers['content-type']).startsWith('text/event-stream'))
    throw new Error(`HTTP ${statusCode}: ${await body.text()}`);
  const mail = new Mailbox(() => leaving.abort());
  const read = async (): Promise<void> => {
    let text = '';
    for await (const chunk of body) {
      const events = (text + String(chunk)).split('\n\n');
      text = events.pop() ?? '';
      for (const event of events) {
        if (event.startsWith('event: complete')) mail.isComplete = true;
        const [, data] = /^event: next\ndata: (.*)$/s.exec(event) ?? [];
        if (data !== undefined) mail.add(JSON.parse(data));
      }
    }
  };
  read().catch((error: unknown) => {
    if (!leaving.signal.aborted) mail.add(error);
  });
  return mail;
}

/** Subscribes over a WebSocket. */
export function listenByWebSocket(
  { url }: Gateway,
  query: string,
  { token, variables }: Listening = {},
): Told {
  const client = createClient({
    url: `${url.replace(/^http/, 'ws')}/graphql`,
    retryAttempts: 0,
    connectionParams: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });
  const mail = new Mailbox(() => void client.dispose());
  client.subscribe(
    { query, ...(variables ? { variables } : {}) },
    { next: mail.add, error: mail.add, complete: () => (mail.isComplete = true) },
  );
  return mail;
}
