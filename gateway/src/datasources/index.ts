export { askAsSystem, type SystemSource } from './ask-as-system.ts';
export { fetchChannel, type FetchEvent, type SubgraphSource } from './data-source.ts';
export { httpSource } from './http.ts';
export { sdlOf, within } from './probe.ts';
export { inProcessSource } from './in-process.ts';
