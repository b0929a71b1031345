import type { SubgraphResult } from '@cdx/kit';

/** How long a service may take to say how it is, in milliseconds. */
const patienceMs = 2_000;

/** What is promised, or undefined when it fails or takes too long: of a service that is asked how it is, that is the answer. */
export function within<Value>(promise: Promise<Value>): Promise<Value | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(undefined), patienceMs);
    promise.then(resolve, () => resolve(undefined)).finally(() => clearTimeout(timer));
  });
}

/** The contract of a subgraph, as it says it itself; undefined when it does not. */
export async function sdlOf(source: {
  readonly fetch: (query: string) => Promise<SubgraphResult>;
}): Promise<string | undefined> {
  const { data } = await source.fetch('{ _service { sdl } }');
  const service = data?._service;
  const sdl: unknown =
    typeof service === 'object' && service !== null ? Reflect.get(service, 'sdl') : undefined;
  return typeof sdl === 'string' ? sdl : undefined;
}
