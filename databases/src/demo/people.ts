import { between, cycle, daysBefore, demoId, now, seeded, weighted } from '@cdx/demo';
import type { Sizes } from './sizes.ts';

/** A user of the demo. */
export interface Person {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly role: 'superadmin' | 'admin' | 'client' | 'user';
  readonly tenantId: string | null;
  readonly organizationId: string | null;
  readonly createdAt: Date;
}

/** An organization with its tenant and its users: an admin first, then a client. */
export interface Tenant {
  readonly id: string;
  readonly name: string;
  readonly organizationId: string;
  readonly createdAt: Date;
  readonly users: readonly Person[];
  readonly admin: Person;
  /** Those who own clients. */
  readonly clients: readonly Person[];
}

const names = ['Acme', 'Borealis', 'Cascadia', 'Delphin', 'Everglade', 'Fennel', 'Granite', 'Harbor'];
const kinds = ['Group', 'Holdings', 'Partners', 'Collective'];

/** The user that is inserted last: with it, the demo data is whole. */
export const superadmin = person('superadmin', {
  email: 'superadmin@cdx.example',
  name: 'Robin Superadmin',
  role: 'superadmin',
  tenantId: null,
  organizationId: null,
});

function person(path: string, values: Omit<Person, 'id' | 'createdAt'>, since?: Date): Person {
  const random = seeded(path);
  const createdAt = since ? between(random, since, daysBefore(random, 20, 60)) : daysBefore(random, 720, 730);
  return { id: demoId(path, createdAt), ...values, createdAt };
}

/** The tenants with their users. */
export function tenantsOf({ tenants, users }: Sizes): Tenant[] {
  const each = Math.floor((users - 1) / tenants);
  const rest = users - 1 - each * tenants;
  return Array.from({ length: tenants }, (_, index) => tenant(index, each + (index < rest ? 1 : 0)));
}

function tenant(index: number, userCount: number): Tenant {
  const round = Math.floor(index / names.length);
  const word = cycle(names, index);
  const id = `${word.toLowerCase()}${round === 0 ? '' : round + 1}`;
  const name = `${word}${round === 0 ? '' : ` ${round + 1}`}${index === 0 ? '' : ` ${cycle(kinds, index)}`}`;
  const createdAt = daysBefore(seeded(`tenant ${id}`), 400, 700);
  const organizationId = demoId(`organization ${id}`, createdAt);
  const users = Array.from({ length: userCount }, (_, place) => {
    const role = roleAt(index, place);
    const path = `user ${id} ${place}`;
    return person(
      path,
      { ...nameAndEmail(path, id, place), role, tenantId: id, organizationId },
      place < 2 ? createdAt : new Date(createdAt.getTime() + 3_600_000),
    );
  });
  const [admin] = users;
  if (!admin) throw new Error('A tenant needs an admin');
  return {
    id,
    name,
    organizationId,
    createdAt,
    users,
    admin,
    clients: users.filter(({ role }) => role === 'client'),
  };
}

/** An admin or two of each tenant, a client in ten, and the rest users. */
function roleAt(tenantIndex: number, place: number): Person['role'] {
  if (place === 0 || (place === 2 && tenantIndex % 2 === 0)) return 'admin';
  return place % 10 === 1 ? 'client' : 'user';
}

function nameAndEmail(path: string, tenantId: string, place: number): Pick<Person, 'name' | 'email'> {
  const random = seeded(`name of ${path}`);
  const first = random.person.firstName();
  const last = random.person.lastName();
  const plain = `${first}.${last}`.toLowerCase().replace(/[^a-z.]/g, '');
  const local = ['admin', 'client'][place] ?? `${plain}.${place}`;
  return { name: `${first} ${last}`, email: `${local}@${tenantId}.example` };
}

/** A user of the tenant that does things in it, by the path of what is done. */
export function someUser({ users }: Tenant, path: string): Person {
  return seeded(`someone for ${path}`).helpers.arrayElement(users);
}

/** The tier of a user or client, the bigger the rarer. */
export function someTier(path: string): 'free' | 'basic' | 'premium' | 'enterprise' {
  return weighted(seeded(`tier of ${path}`), { free: 40, basic: 30, premium: 20, enterprise: 10 });
}

/** When a person was last seen; some never came. */
export function lastSeen({ id, createdAt }: Person): Date | null {
  const random = seeded(`last seen ${id}`);
  return random.datatype.boolean(0.9) ? between(random, createdAt, now) : null;
}
