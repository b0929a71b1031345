import { newId } from '@cdx/kit';
import type { Secret } from './knowledge.ts';
import { ask, at, logIn, superadmin } from '../support/ask.ts';

/** The roles of tenants' people; superadmins see every tenant. */
export const rolesAsked = ['ADMIN', 'CLIENT', 'USER'] as const;

/** Somebody who asks, and what they may know. */
export interface Caller {
  readonly email: string;
  readonly tenant: string;
  readonly role: (typeof rolesAsked)[number];
  readonly token: string;
}

/** A caller of each role in each tenant of the demo, by whose names its people have their addresses. */
export async function logInEverybody(gateway: { readonly url: string }): Promise<readonly Caller[]> {
  const token = await logIn(gateway, superadmin);
  const callers: Caller[] = [];
  for (const role of rolesAsked) {
    const query = `{ users(first: 200, filter: { role: { eq: ${role} }, isActive: { eq: true } }) { edges { node { email organization { tenantId } } } } }`;
    const edges = at(await ask(gateway, query, { token }), 'users', 'edges') as readonly UserEdge[];
    const byTenant = new Map(
      edges.flatMap(({ node: { email, organization } }) => {
        const tenant = organization?.tenantId;
        return tenant && email.endsWith(`@${tenant}.example`) ? [[tenant, email] as const] : [];
      }),
    );
    for (const [tenant, email] of byTenant) {
      callers.push({ email, tenant, role, token: await logIn(gateway, email) });
    }
  }
  return callers;
}

/**
 * Makes two callers of each role, each in a tenant that nobody else is in: what they write at random changes nothing that
 * others read.
 */
export async function registerStrangers(gateway: { readonly url: string }): Promise<readonly Caller[]> {
  const token = await logIn(gateway, superadmin);
  const callers: Caller[] = [];
  for (const role of [...rolesAsked, ...rolesAsked]) {
    const [email, password] = [`${newId()}@test.example`, newId()];
    const input = { email, password, name: 'Stranger', organizationName: `Strangers ${newId()}` };
    const registered = await ask(
      gateway,
      'mutation ($input: RegisterInput!) { register(input: $input) { user { id tenantId } } }',
      { variables: { input } },
    );
    const user = at(registered, 'register', 'user') as Registered;
    const change =
      'mutation ($id: ID!, $role: UserRole!) { updateUser(id: $id, input: { role: $role }) { id } }';
    await ask(gateway, change, { token, variables: { id: user.id, role } });
    callers.push({ email, tenant: user.tenantId, role, token: await logIn(gateway, email, password) });
  }
  return callers;
}

interface Registered {
  readonly id: string;
  readonly tenantId: string;
}

interface UserEdge {
  readonly node: { readonly email: string; readonly organization: { readonly tenantId: string } | null };
}

/** Finds in texts what stands for rows of tenants. */
export class Watch {
  readonly #tenantOf: ReadonlyMap<string, string>;

  constructor(secrets: readonly Secret[]) {
    this.#tenantOf = new Map(secrets.map(({ text, tenant }) => [text.toLowerCase(), tenant]));
  }

  /** The texts in it that belong to another tenant than the reader's; cursors are opened first. */
  leaks(text: string, reader: string): string[] {
    const words = text.toLowerCase().match(/[\w.@+-]{4,}/g) ?? [];
    const found = words.filter((word) => {
      const tenant = this.#tenantOf.get(word);
      return tenant !== undefined && tenant !== reader;
    });
    const cursors = text.match(/[\w-]{24,}/g) ?? [];
    return [...found, ...cursors.flatMap((cursor) => this.#inside(cursor, reader))];
  }

  #inside(cursor: string, reader: string): string[] {
    const decoded = Buffer.from(cursor, 'base64url').toString();
    return decoded.startsWith('[') ? this.leaks(decoded, reader) : [];
  }
}
