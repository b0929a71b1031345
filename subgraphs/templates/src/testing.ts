import { anIdentity } from '@cdx/access/testing';
import { makeLogger, newId, type Identity, type Subgraph } from '@cdx/kit';
import { testDatabaseUrl } from '@cdx/kit/testing';
import { createSubgraph, settingsSchema } from './subgraph.ts';

/** The templates subgraph on the test run's database. */
export function aTemplatesSubgraph(): Subgraph {
  const settings = settingsSchema.parse({
    TEMPLATES_DATABASE_URL: testDatabaseUrl('TEMPLATES_DATABASE_URL'),
  });
  return createSubgraph(settings, makeLogger('test', 'silent'));
}

/** Somebody new, so that what a test writes is seen by no other test. */
export function aUser(parts: Partial<Identity> = {}): Identity & { readonly userId: string } {
  const userId = newId();
  return { ...anIdentity({ role: 'client', tenantId: 'acme', organizationId: newId(), ...parts }), userId };
}
