import type { Identity, SubgraphRequest } from '@cdx/kit';
import type { Requirement } from './requirements.ts';

/** Decides a policy for one request. Named in `@policy`; a policy that nobody has defined is never met. */
export type Policy = (request: SubgraphRequest) => boolean | Promise<boolean>;

/** The policies by name. */
export type Policies = ReadonlyMap<string, Policy>;

/** What a caller has, to be held against requirements. */
export interface Rights {
  readonly identity: Identity;
  readonly scopes: ReadonlySet<string>;
  /** Of the policies that matter to the operation, those that are met. */
  readonly policies: ReadonlySet<string>;
}

/**
 * The caller's rights in one request.
 * @param names the policies to decide, each once
 */
export async function rightsOf(
  request: SubgraphRequest,
  policies: Policies,
  names: readonly string[],
): Promise<Rights> {
  const { identity } = request;
  const decided = names.map(async (name) =>
    (await policies.get(name)?.(request)) === true ? name : undefined,
  );
  const met = decided.length === 0 ? [] : await Promise.all(decided);
  return {
    identity,
    scopes: scopesOf(identity),
    policies: new Set(met.filter((name) => name !== undefined)),
  };
}

/** A caller's identity is kept for as long as its token is trusted, and has some thirty scopes. */
const scopes = new WeakMap<Identity, ReadonlySet<string>>();

function scopesOf(identity: Identity): ReadonlySet<string> {
  let found = scopes.get(identity);
  if (!found) {
    found = new Set(identity.scopes);
    scopes.set(identity, found);
  }
  return found;
}

/** Whether the rights meet a requirement. Scopes and policies are a caller's, so nobody has them without logging in. */
export function meets({ identity, scopes, policies }: Rights, requirement: Requirement): boolean {
  if (requirement.authenticated && identity.userId === null) return false;
  return hasOne(requirement.scopes, scopes) && hasOne(requirement.policies, policies);
}

function hasOne(alternatives: readonly (readonly string[])[], has: ReadonlySet<string>): boolean {
  return alternatives.length === 0 || alternatives.some((all) => all.every((name) => has.has(name)));
}
