import { readSettings, readTypeDefs, type Environment, type Logger, type Subgraph } from '@cdx/kit';
import { domainFolders, type DomainFolder } from '@cdx/kit/domains';
import type { DocumentNode } from 'graphql';
import type { JSONWebKeySet } from 'jose';
import { z } from 'zod';
import type { ComposedSubgraph } from './compose/index.ts';
import { viewsContract } from './views/contract.ts';

/** A domain of the product, before it runs anywhere. */
export interface Domain {
  readonly name: string;
  /** Where it is reached when it runs alone and nobody says otherwise: the names of docker-compose.yml. */
  readonly url: string;
  readonly typeDefs: () => DocumentNode;
  /** The settings that it reads. */
  settingsSchema(): Promise<z.ZodObject>;
  /** Starts it inside this process. */
  create(environment: Environment, log: Logger): Promise<Subgraph & Partial<KeyPublisher>>;
}

/** A subgraph that issues access tokens publishes the keys that verify them. */
export interface KeyPublisher {
  readonly jwks: () => JSONWebKeySet;
}

/** What `subgraphs/<name>/src/subgraph.ts` exports. */
interface SubgraphPackage {
  readonly settingsSchema: z.ZodObject;
  readonly createSubgraph: (
    settings: Readonly<Record<string, unknown>>,
    log: Logger,
  ) => Subgraph | Promise<Subgraph>;
}

/** The domain's own `server.ts` has the compiler check that its settings are those that it is made with. */
function isSubgraphPackage(found: object): found is SubgraphPackage {
  const { settingsSchema, createSubgraph } = found as Partial<SubgraphPackage>;
  return settingsSchema instanceof z.ZodObject && typeof createSubgraph === 'function';
}

async function load(name: string): Promise<SubgraphPackage> {
  const file = `subgraphs/${name}/src/subgraph.ts`;
  const found = (await import(new URL(`../../${file}`, import.meta.url).href)) as object;
  if (!isSubgraphPackage(found)) throw new Error(`${file} must export settingsSchema and createSubgraph`);
  return found;
}

/** Its code is loaded by whoever needs it: a gateway before subgraphs that run elsewhere needs their contracts alone. */
function domainOf({ name, port }: DomainFolder): Domain {
  return {
    name,
    url: `http://${name}:${port}/graphql`,
    typeDefs: () => readTypeDefs(new URL(`../../subgraphs/${name}/schema.graphql`, import.meta.url)),
    settingsSchema: async () => (await load(name)).settingsSchema,
    async create(environment, log) {
      const { settingsSchema, createSubgraph } = await load(name);
      return createSubgraph(readSettings(settingsSchema, environment), log);
    },
  };
}

/** Every domain of the product: each has a folder, and nothing in the gateway names it. */
export const domains: readonly Domain[] = domainFolders.map(domainOf);

/** The contracts of the whole graph: those of the domains, and that of the views across them. */
export function contracts(): ComposedSubgraph[] {
  return [...domains.map(({ name, url, typeDefs }) => ({ name, url, typeDefs: typeDefs() })), viewsContract];
}
