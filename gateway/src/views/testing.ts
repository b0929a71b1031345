/** Views of a graph that a test makes up: services that answer what they are told to. */
import { composeServices } from '@apollo/composition';
import { anIdentity } from '@cdx/access/testing';
import type { Identity, SubgraphResult } from '@cdx/kit';
import { aRequest } from '@cdx/kit/testing';
import { parse } from 'graphql';
import type { Context } from './context.ts';
import { readFacts, type GraphFacts } from './facts.ts';
import type { ServiceProbe } from './service-health.ts';

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
  import: ["@key", "@shareable", "@requires", "@external", "@requiresScopes"])`;

/** The facts of a graph that is composed of contracts, by their services' names. */
export function factsOf(contracts: Readonly<Record<string, string>>): GraphFacts {
  const { supergraphSdl, errors } = composeServices(
    Object.entries(contracts).map(([name, sdl]) => ({
      name,
      url: `http://${name}`,
      typeDefs: parse(`${link}\n${sdl}`),
    })),
  );
  if (errors) throw new Error(errors.map(({ message }) => message).join('\n'));
  return readFacts(supergraphSdl);
}

/** A question that a view has asked. */
export interface Asked {
  readonly service: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** A context in which services answer by the function; `asked` gets what they were asked. */
export function aContext(
  facts: GraphFacts,
  answer: (asked: Asked) => SubgraphResult,
  {
    identity = anIdentity({ role: 'superadmin', userId: 'root' }),
    probes = new Map(),
  }: { readonly identity?: Identity; readonly probes?: ReadonlyMap<string, ServiceProbe> } = {},
): Context & { readonly asked: readonly Asked[] } {
  const asked: Asked[] = [];
  return {
    ...aRequest(identity),
    facts,
    probes,
    asked,
    ask(service, query, variables) {
      asked.push({ service, query, variables });
      return Promise.resolve(answer({ service, query, variables }));
    },
  };
}
