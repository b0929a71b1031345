export { composeSupergraph, CompositionError, type ComposedSubgraph } from './compose.ts';
