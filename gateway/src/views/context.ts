import { badInput, type SubgraphRequest, type SubgraphResult } from '@cdx/kit';
import type { LiveStep } from '../live/step.ts';
import type { FieldFacts, GraphFacts } from './facts.ts';
import type { ServiceProbe } from './service-health.ts';

/** What the views of one client request see: the services, asked as the caller. */
export interface Context extends SubgraphRequest {
  /** The graph as it is composed now. */
  readonly facts: GraphFacts;
  /** Asks a service for the caller; what the service refuses the caller, it refuses here. */
  ask(service: string, query: string, variables: Readonly<Record<string, unknown>>): Promise<SubgraphResult>;
  /** What a subscription is executed for. */
  readonly live?: LiveStep | undefined;
  /** The services as they can be probed, by name. */
  readonly probes: ReadonlyMap<string, ServiceProbe>;
}

/** A root field of the graph that a view reads, with the service that has it. */
export interface RootField extends FieldFacts {
  readonly service: string;
}

/** The root fields of queries, each with its service. */
export function queryFields({ types }: GraphFacts): RootField[] {
  return (types.get('Query')?.fields ?? []).flatMap((field) =>
    field.services.slice(0, 1).map((service) => ({ ...field, service })),
  );
}

/**
 * Whether the caller may ask for a root field. A view asks no more than that: a service that refuses puts the refusal
 * on record, as if the caller had tried.
 */
export function mayAsk({ identity }: Pick<Context, 'identity'>, { scopes }: FieldFacts): boolean {
  return scopes.length === 0 || scopes.some((list) => list.every((scope) => identity.scopes.includes(scope)));
}

/**
 * Sees to it that the services that a caller names are there.
 * @param named the argument `services`; null for all of them
 * @throws BAD_USER_INPUT when one is not
 */
export function requireServices(named: readonly string[] | null | undefined, known: Iterable<string>): void {
  const names = [...known].toSorted();
  if (named?.some((name) => !names.includes(name))) throw badInput('services', `among ${names.join(', ')}`);
}
