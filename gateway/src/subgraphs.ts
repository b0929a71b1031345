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
  readonly settingsSchema: z.ZodObject;
  readonly typeDefs: () => DocumentNode;
  /** Starts it inside this process. */
  create(environment: Environment, log: Logger): Promise<Subgraph & Partial<KeyPublisher>>;
}

/** A subgraph that issues access tokens publishes the keys that verify them. */
export interface KeyPublisher {
  readonly jwks: () => JSONWebKeySet;
}

/** What `subgraphs/<name>/src/subgraph.ts` exports. */
interface SubgraphPackage {
  readonly schemaFile: URL;
  readonly settingsSchema: z.ZodObject;
  readonly createSubgraph: (
    settings: Readonly<Record<string, unknown>>,
    log: Logger,
  ) => Subgraph | Promise<Subgraph>;
}

/** The domain's own `server.ts` has the compiler check that its settings are those that it is made with. */
function isSubgraphPackage(found: object): found is SubgraphPackage {
  const { schemaFile, settingsSchema, createSubgraph } = found as Partial<SubgraphPackage>;
  return (
    schemaFile instanceof URL && settingsSchema instanceof z.ZodObject && typeof createSubgraph === 'function'
  );
}

async function loadDomain({ name, port }: DomainFolder): Promise<Domain> {
  const file = new URL(`../../subgraphs/${name}/src/subgraph.ts`, import.meta.url);
  const found = (await import(file.href)) as object;
  if (!isSubgraphPackage(found))
    throw new Error(
      `subgraphs/${name}/src/subgraph.ts must export schemaFile, settingsSchema and createSubgraph`,
    );
  const { schemaFile, settingsSchema, createSubgraph } = found;
  return {
    name,
    url: `http://${name}:${port}/graphql`,
    settingsSchema,
    typeDefs: () => readTypeDefs(schemaFile),
    create: async (environment, log) => createSubgraph(readSettings(settingsSchema, environment), log),
  };
}

/** Every domain of the product: each has a folder, and nothing in the gateway names it. */
export const domains: readonly Domain[] = await Promise.all(domainFolders.map(loadDomain));

/** The contracts of the whole graph: those of the domains, and that of the views across them. */
export function contracts(): ComposedSubgraph[] {
  return [...domains.map(({ name, url, typeDefs }) => ({ name, url, typeDefs: typeDefs() })), viewsContract];
}
