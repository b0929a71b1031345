/** Runs the cms subgraph alone, over HTTP. */
import { runSubgraph } from '@cdx/kit';
import { createSubgraph, settingsSchema } from './subgraph.ts';

await runSubgraph({ settingsSchema, createSubgraph });
