import * as auth from '@cdx/auth';
import * as clients from '@cdx/clients';
import * as templates from '@cdx/templates';
import { readSettings, readTypeDefs, type Environment, type Logger, type Subgraph } from '@cdx/kit';
import type { DocumentNode } from 'graphql';
import type { JSONWebKeySet } from 'jose';
import type { z } from 'zod';

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

/** What a subgraph's package exports. */
interface SubgraphPackage<Settings extends z.ZodObject> {
  readonly schemaFile: URL;
  readonly settingsSchema: Settings;
  readonly createSubgraph: (settings: z.output<Settings>, log: Logger) => Subgraph | Promise<Subgraph>;
}

function domain<Settings extends z.ZodObject>(
  name: string,
  url: string,
  { schemaFile, settingsSchema, createSubgraph }: SubgraphPackage<Settings>,
): Domain {
  return {
    name,
    url,
    settingsSchema,
    typeDefs: () => readTypeDefs(schemaFile),
    create: async (environment, log) => createSubgraph(readSettings(settingsSchema, environment), log),
  };
}

/** Every domain of the product. A new one is added here and nowhere else in the gateway. */
export const domains: readonly Domain[] = [
  domain('auth', 'http://auth:4001/graphql', auth),
  domain('clients', 'http://clients:4002/graphql', clients),
  domain('templates', 'http://templates:4003/graphql', templates),
];
