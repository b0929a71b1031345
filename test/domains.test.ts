/** What every domain does alike, whatever it is of. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { anIdentity } from '@cdx/access/testing';
import { domains } from '@cdx/gateway';
import { makeLogger, newId, type Identity, type Role, type Subgraph } from '@cdx/kit';
import { codes, run } from '@cdx/kit/testing';
import { testEnvironment } from './support/gateways.ts';

/** Somebody in a tenant that nobody else is in. */
const somebody = (role: Role): Identity =>
  anIdentity({ role, userId: newId(), tenantId: `t_${newId().replaceAll('-', '')}` });

describe.each(domains)('the domain $name', (domain) => {
  let subgraph: Subgraph;
  beforeAll(async () => {
    subgraph = await domain.create(testEnvironment(), makeLogger('test', 'silent'));
  });
  afterAll(() => subgraph.close());

  const auditLog = `${domain.name}AuditLog`;

  test('reaches its database', async () => {
    await expect(subgraph.checkHealth()).resolves.toBeUndefined();
  });

  test('shows an admin nothing of an audit log to which nobody of the tenant has written', async () => {
    const { data, errors } = await run(
      subgraph,
      somebody('admin'),
      `{ ${auditLog} { totalCount edges { node { id } } } }`,
    );
    expect(errors).toBeUndefined();
    expect(data).toEqual({ [auditLog]: { totalCount: 0, edges: [] } });
  });

  test('refuses its audit log to who may not read it', async () => {
    const result = await run(subgraph, somebody('user'), `{ ${auditLog} { totalCount } }`);
    expect(result.data).toEqual({ [auditLog]: null });
    expect(codes(result)).toEqual(['FORBIDDEN']);
  });
});
