import { createRequire } from 'node:module';
import { anIdentity } from '@cdx/access/testing';
import { makeLogger, newId, type Identity, type Subgraph } from '@cdx/kit';
import { run, testDatabaseUrl } from '@cdx/kit/testing';
import { createSubgraph, settingsSchema } from './subgraph.ts';

interface Connection {
  connect(): Promise<void>;
  query(text: string, values?: readonly unknown[]): Promise<unknown>;
  end(): Promise<void>;
}

// The kit's driver: subgraphs reach the database through the kit, and only tests of the database go past it.
const { Client } = createRequire(new URL('../../../kit/package.json', import.meta.url))('pg') as {
  Client: new (settings: { connectionString: string }) => Connection;
};

/** The platform subgraph on the test run's database. */
export function aPlatformSubgraph(): Subgraph {
  const settings = settingsSchema.parse({
    PLATFORM_DATABASE_URL: testDatabaseUrl('PLATFORM_DATABASE_URL'),
  });
  return createSubgraph(settings, makeLogger('test', 'silent'));
}

/** Somebody new in a tenant that nobody else is in, so that what a test writes is seen by no other test. */
export function aUser(
  parts: Partial<Identity> = {},
): Identity & { readonly userId: string; readonly tenantId: string } {
  const tenantId = parts.tenantId ?? aTenantId();
  return { ...anIdentity({ role: 'admin', ...parts }), tenantId, userId: newId() };
}

/** A superadmin, who belongs to no tenant. */
export const superadmin = { ...anIdentity({ role: 'superadmin' }), userId: newId() };

/** The id of a tenant that there is not yet. */
export function aTenantId(): string {
  return `t_${newId().replaceAll('-', '')}`;
}

/** A new tenant; answers its id. */
export async function aTenant(
  subgraph: Subgraph,
  { id = aTenantId(), ...parts }: { readonly id?: string } & Record<string, unknown> = {},
): Promise<string> {
  const { errors } = await run(
    subgraph,
    superadmin,
    'mutation ($input: CreateTenantInput!) { createTenant(input: $input) { id } }',
    { input: { id, clientId: id, name: id, ...parts } },
  );
  if (errors?.[0]) throw errors[0];
  return id;
}

/** Runs a statement past the kit: as the owner of the tables, with the context of the product itself. */
export function asOwner(statement: string, values: readonly unknown[] = []): Promise<void> {
  return inTransaction(["select set_config('app.role', 'system', true)"], statement, values);
}

/** Runs a statement past the kit: as the role of the application, with the context of the product itself. */
export function asApplication(statement: string, values: readonly unknown[] = []): Promise<void> {
  const context = ["select set_config('app.role', 'system', true)", 'set local role cdx_app'];
  return inTransaction(context, statement, values);
}

async function inTransaction(
  context: readonly string[],
  statement: string,
  values: readonly unknown[],
): Promise<void> {
  const client = new Client({ connectionString: testDatabaseUrl('PLATFORM_DATABASE_URL') });
  await client.connect();
  try {
    await client.query('begin');
    for (const setting of context) await client.query(setting);
    await client.query(statement, values);
    await client.query('commit');
  } finally {
    await client.end();
  }
}
