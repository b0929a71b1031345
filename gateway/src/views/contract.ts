import { readTypeDefs } from '@cdx/kit';
import type { ComposedSubgraph } from '../compose/index.ts';

/** The views' contract. They are a part of the gateway: there is no URL at which anybody reaches them. */
export const viewsContract: ComposedSubgraph = {
  name: 'cdx',
  url: 'local:cdx',
  typeDefs: readTypeDefs(new URL('schema.graphql', import.meta.url)),
};
