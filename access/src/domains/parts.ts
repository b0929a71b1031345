/** What the access of a domain is written with. */
import type { AccountRole, DomainAccess, Exception } from '../matrix-types.ts';

/** Tenant admins read and write their tenant, clients their own, users read: the row of every domain of people's work. */
export const work: DomainAccess['rights'] = {
  superadmin: 'rw',
  admin: 'rw',
  client: 'rw own',
  user: 'r own',
};

/** The roles of a scope that nobody else has. */
export const superadmin: readonly AccountRole[] = ['superadmin'];

/** Mutations that sagas ask for, and what else of the schema they need. */
export function stepsOfSagas(mutations: readonly string[], others: readonly string[] = []): Exception {
  return {
    policy: 'internal',
    reason: 'it is a step of a saga, and means nothing on its own',
    coordinates: [...mutations.map(mutation), ...others],
  };
}

/** The coordinate of a field of `Query`. */
export function query(field: string): string {
  return `Query.${field}`;
}

/** The coordinate of a field of `Mutation`. */
export function mutation(field: string): string {
  return `Mutation.${field}`;
}
