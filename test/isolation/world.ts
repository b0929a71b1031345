import fc, { type GeneratorValue } from 'fast-check';
import {
  buildClientSchema,
  getIntrospectionQuery,
  type GraphQLSchema,
  type IntrospectionQuery,
} from 'graphql';
import { ask, logIn, superadmin } from '../support/ask.ts';
import { logInEverybody, Watch, type Caller } from './callers.ts';
import { readSecrets, type Secret } from './knowledge.ts';
import type { Ammunition } from './operations.ts';

/** What a random test of isolation starts from; a failure is repeated with `CDX_SEED`. */
export const seed = Number(process.env.CDX_SEED ?? Date.now() % 2 ** 31);

/** Tenants with their people, all that is theirs, and what an attacker of each would send. */
export interface World {
  readonly schema: GraphQLSchema;
  readonly secrets: readonly Secret[];
  readonly callers: readonly Caller[];
  readonly watch: Watch;
  /** Values of others' and of the tenant's own. */
  readonly ammunition: (tenant: string) => Ammunition;
  /** Values of others' alone: nothing that the tenant has can be hit by them. */
  readonly onlyOthers: (tenant: string) => Ammunition;
}

/**
 * Reads all that there is.
 * @param invite brings in who asks; the demo's people when not given
 */
export async function aWorld(gateway: { readonly url: string }, invite = logInEverybody): Promise<World> {
  const callers = await invite(gateway);
  const secrets = await readSecrets();
  const token = await logIn(gateway, superadmin);
  const { data } = await ask(gateway, getIntrospectionQuery(), { token });
  const schema = buildClientSchema(data as unknown as IntrospectionQuery);
  const mixed = new Map<string, Ammunition>();
  return {
    schema,
    secrets,
    callers,
    watch: new Watch(secrets),
    ammunition(tenant) {
      const known = mixed.get(tenant) ?? ammunitionOf(secrets, tenant, { own: 40 });
      mixed.set(tenant, known);
      return known;
    },
    onlyOthers: (tenant) => ({
      ...ammunitionOf(secrets, tenant, { own: 0 }),
      // What is written stays, and must not look like another tenant's when it is read.
      texts: ['invoice', 'a', '%', "' or 1=1 --"],
    }),
  };
}

function ammunitionOf(
  secrets: readonly Secret[],
  tenant: string,
  { own }: { readonly own: number },
): Ammunition {
  const theirs = secrets.filter((secret) => secret.tenant !== tenant);
  const ours = secrets.filter((secret) => secret.tenant === tenant);
  return {
    ids: [
      ...sample(theirs, ['id'], 120),
      ...sample(ours, ['id'], own),
      '01931749-0000-7000-8000-000000000000',
    ],
    clients: [...sample(theirs, ['client'], 10), ...sample(ours, ['client'], Math.ceil(own / 8)), 'nobody'],
    texts: [...sample(theirs, ['email', 'slug'], 30), 'invoice', 'a', '%', "' or 1=1 --"],
  };
}

/** About so many of the texts of some kinds, spread evenly over all of them. */
function sample(secrets: readonly Secret[], kinds: readonly Secret['kind'][], count: number): string[] {
  if (count === 0) return [];
  const all = secrets.filter(({ kind }) => kinds.includes(kind));
  const step = Math.max(1, Math.floor(all.length / count));
  return all.filter((_, index) => index % step === 0).map(({ text }) => text);
}

/** One of the items, drawn by the property. */
export function pick<Item>(g: GeneratorValue, items: readonly Item[]): Item {
  const item = items[g(fc.nat, { max: items.length - 1 })];
  if (item === undefined) throw new Error('There is nothing to pick from');
  return item;
}
