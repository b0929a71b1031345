import { Agent, request } from 'node:http';
import type { BenchRequest } from './scenarios.ts';

/** How long an answer may take before it counts as none, in milliseconds. */
const patienceMs = 30_000;

/** An answer, with how long it took. */
export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** A client that keeps its connections. */
export class Client {
  readonly #url: URL;
  readonly #agent: Agent;

  constructor(url: string, connections: number) {
    this.#url = new URL(url);
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections });
  }

  send({ authorization, body }: BenchRequest): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const sent = request(
        this.#url,
        {
          method: 'POST',
          agent: this.#agent,
          timeout: patienceMs,
          headers: {
            authorization,
            accept: 'application/json',
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(body),
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }),
          );
        },
      );
      sent.on('timeout', () => sent.destroy(new Error(`No answer in ${patienceMs} ms`)));
      sent.on('error', reject);
      sent.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** What a load has brought. */
export interface Outcome {
  /** Good answers. */
  readonly count: number;
  readonly failures: number;
  readonly seconds: number;
  /** Of good answers, in milliseconds. */
  readonly latencies: readonly number[];
}

/** The next of a list for ever, each run going on where the last one stopped. */
export function turnstile<Thing>(list: readonly Thing[]): () => Thing {
  let next = 0;
  return () => {
    const thing = list[next];
    next = (next + 1) % list.length;
    if (thing === undefined) throw new Error('There is no request to send');
    return thing;
  };
}

/** A good answer has no errors; looking for the word costs nothing beside parsing the answer. */
const isGood = ({ status, text }: Answer): boolean => status === 200 && !text.includes('"errors":[');

/** As many requests at once as there are connections, each sent when the one before it is answered. */
export async function closedLoop(
  client: Client,
  next: () => BenchRequest,
  { connections, ms }: { readonly connections: number; readonly ms: number },
): Promise<Outcome> {
  const latencies: number[] = [];
  let failures = 0;
  const start = performance.now();
  const worker = async (): Promise<void> => {
    do {
      const sent = performance.now();
      const good = await client.send(next()).then(isGood, () => false);
      if (good) latencies.push(performance.now() - sent);
      else failures += 1;
    } while (performance.now() - start < ms);
  };
  await Promise.all(Array.from({ length: connections }, worker));
  return { count: latencies.length, failures, seconds: (performance.now() - start) / 1_000, latencies };
}

/**
 * Requests at a fixed rate, whether answers come or not. Each latency counts from the moment at which its request was
 * due, so that a way that falls behind cannot hide the queue that it makes.
 */
export async function openLoop(
  client: Client,
  next: () => BenchRequest,
  { perSecond, ms }: { readonly perSecond: number; readonly ms: number },
): Promise<Outcome> {
  const latencies: number[] = [];
  let failures = 0;
  const start = performance.now();
  const total = Math.max(1, Math.round((perSecond * ms) / 1_000));
  const sent = Array.from({ length: total }, async (_, index) => {
    const due = start + (index * 1_000) / perSecond;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
    // A timer may be a moment early.
    const begun = Math.min(due, performance.now());
    const good = await client.send(next()).then(isGood, () => false);
    if (good) latencies.push(performance.now() - begun);
    else failures += 1;
  });
  await Promise.all(sent);
  return { count: latencies.length, failures, seconds: (performance.now() - start) / 1_000, latencies };
}
