import { anIdentity } from '@cdx/access/testing';
import { makeLogger, newId, type Identity, type Subgraph } from '@cdx/kit';
import { run, testDatabaseUrl } from '@cdx/kit/testing';
import { createSubgraph, settingsSchema } from './subgraph.ts';

/** The clients subgraph on the test run's database. */
export function aClientsSubgraph(): Subgraph {
  const settings = settingsSchema.parse({ CLIENTS_DATABASE_URL: testDatabaseUrl('CLIENTS_DATABASE_URL') });
  return createSubgraph(settings, makeLogger('test', 'silent'));
}

/** Somebody new in a tenant that nobody else is in, so that what a test writes is seen by no other test. */
export function aUser(parts: Partial<Identity> = {}): Identity & { readonly userId: string } {
  const tenantId = `t_${newId().replaceAll('-', '')}`;
  return { ...anIdentity({ role: 'admin', tenantId, ...parts }), userId: newId() };
}

/** A new client of the user's tenant; answers its id. */
export async function aClient(subgraph: Subgraph, user: Identity): Promise<string> {
  const id = `c_${newId().replaceAll('-', '')}`;
  const { errors } = await run(
    subgraph,
    user,
    'mutation ($input: ProvisionClientInput!) { provisionClient(input: $input) { id } }',
    { input: { id, name: id } },
  );
  if (errors?.[0]) throw errors[0];
  return id;
}
