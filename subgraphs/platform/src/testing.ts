import { anIdentity } from '@cdx/access/testing';
import { makeLogger, newId, type Identity, type Subgraph } from '@cdx/kit';
import { testDatabaseUrl } from '@cdx/kit/testing';
import { createSubgraph, settingsSchema } from './subgraph.ts';

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
  const tenantId = parts.tenantId ?? `t_${newId().replaceAll('-', '')}`;
  return { ...anIdentity({ role: 'admin', ...parts }), tenantId, userId: newId() };
}
