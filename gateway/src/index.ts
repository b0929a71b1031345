export { composeSupergraph, CompositionError, type ComposedSubgraph } from './compose/index.ts';
export { fetchChannel, type FetchEvent } from './datasources/index.ts';
export { warmAnswerChannel } from './fast-lane/index.ts';
export { startGateway, type RunningGateway } from './gateway.ts';
export { settingsSchema } from './settings.ts';
export { domains, type Domain } from './subgraphs.ts';
