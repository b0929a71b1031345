import { afterAll, describe, expect, test } from '@jest/globals';
import { newId, system, type Identity } from '@cdx/kit';
import { ask, codes, run, statementsOf } from '@cdx/kit/testing';
import { aPlatformSubgraph, asApplication, asOwner, aTenantId, aUser, superadmin } from './testing.ts';

const subgraph = aPlatformSubgraph();
afterAll(() => subgraph.close());

const step = { name: 'first', service: 'auth', state: 'pending', attempts: 0, at: null };
const fields = '{ id kind tenantId requestedBy input state steps error fence }';

interface Held {
  readonly id: string;
  readonly fence: number | null;
}

/** What a saga of its own is begun with. */
function aBeginning(parts: Record<string, unknown> = {}): Record<string, unknown> & { readonly id: string } {
  const tenantId = aTenantId();
  return {
    ...{
      id: newId(),
      kind: 'doThings',
      subject: `tenant:${tenantId}`,
      tenantId,
      requestedBy: superadmin.userId,
    },
    ...{ input: { name: 'Acme' }, steps: [step], leaseSeconds: 3_600 },
    ...parts,
  };
}

const begin = (who: Identity, input: Record<string, unknown>) =>
  run(subgraph, who, `mutation ($input: BeginSagaInput!) { saga: beginSaga(input: $input) ${fields} }`, {
    input,
  });

async function aSaga(
  parts: Record<string, unknown> = {},
): Promise<{ readonly id: string; readonly subject: string }> {
  const beginning = aBeginning(parts);
  const { errors } = await begin(system, beginning);
  if (errors?.[0]) throw errors[0];
  return { id: beginning.id, subject: String(beginning.subject) };
}

/** Takes sagas over until it is that one; the others are of other tests, and left as they were. */
async function claim(id: string): Promise<Held> {
  const { saga } = await ask<{ saga: Held | null }>(
    subgraph,
    system,
    `mutation { saga: claimSaga(leaseSeconds: 3600) ${fields} }`,
  );
  if (!saga) throw new Error(`Saga ${id} is not to be taken over`);
  return saga.id === id ? saga : claim(id);
}

const claimNothing = () => run(subgraph, system, 'mutation { claimSaga(leaseSeconds: 3600) { id } }');

const record = (who: Identity, id: string, fence: number, parts: Record<string, unknown> = {}) =>
  run(
    subgraph,
    who,
    `mutation ($id: ID!, $fence: Int!, $input: RecordSagaInput!) { recordSaga(id: $id, fence: $fence, input: $input) }`,
    { id, fence, input: { state: 'RUNNING', steps: [step], leaseSeconds: 3_600, ...parts } },
  );

const release = (who: Identity, id: string) =>
  run(subgraph, who, 'mutation ($id: ID!) { releaseSaga(id: $id) { id state } }', { id });

const read = (who: Identity, id: string) =>
  run(
    subgraph,
    who,
    `query ($id: ID!) { saga(id: $id) { kind subject tenantId requestedBy { id } input state
      steps { name service state attempts at } error { step code message } } }`,
    { id },
  );

describe('beginning a saga', () => {
  test('puts it in the journal, held by who has begun it', async () => {
    const beginning = aBeginning();
    const { data, errors } = await begin(system, beginning);
    expect(errors).toBeUndefined();
    const { id, kind, tenantId, requestedBy, input, steps } = beginning;
    expect(data?.saga).toEqual({
      ...{ id, kind, tenantId, requestedBy, input, steps },
      ...{ state: 'RUNNING', error: {}, fence: 1 },
    });
    expect((await claimNothing()).data).toEqual({ claimSaga: null });
  });

  test('once more answers the same, and lets nobody write', async () => {
    const beginning = aBeginning();
    await begin(system, beginning);
    const { data } = await begin(system, beginning);
    expect(data?.saga).toMatchObject({ id: beginning.id, fence: null });
  });

  test('is refused while another one changes the subject, and not when that has ended', async () => {
    const { id, subject } = await aSaga();
    const other = aBeginning({ subject });
    expect(codes(await begin(system, other))).toEqual(['CONFLICT']);
    await record(system, id, 1, { state: 'COMPENSATED', leaseSeconds: 0 });
    expect(codes(await begin(system, other))).toEqual([]);
  });

  test('at the same time by two for one subject begins one', async () => {
    const { subject } = aBeginning();
    const results = await Promise.all([1, 2].map(() => begin(system, aBeginning({ subject }))));
    expect(results.flatMap(codes)).toEqual(['CONFLICT']);
  });

  test.each([
    ['id', { id: 'x' }],
    ['kind', { kind: 'Do things' }],
    ['steps', { steps: [] }],
    ['steps.0.state', { steps: [{ ...step, state: 'begun' }] }],
    ['input', { input: [1] }],
    ['leaseSeconds', { leaseSeconds: 3_601 }],
  ])('is refused for its %s: %j', async (field, parts) => {
    const { errors } = await begin(system, aBeginning(parts));
    expect(errors?.map(({ extensions }) => [extensions.code, extensions.field])).toEqual([
      ['BAD_USER_INPUT', `input.${field}`],
    ]);
  });
});

describe('a saga that is left', () => {
  test('is taken over when its lease has run out, and not before; who had it writes no more', async () => {
    const { id } = await aSaga();
    expect((await claimNothing()).data).toEqual({ claimSaga: null });
    await asOwner('update platform.sagas set lease_until = now() where id = $1', [id]);
    expect(await claim(id)).toMatchObject({ id, fence: 2, state: 'RUNNING' });
    expect(codes(await record(system, id, 1))).toEqual(['CONFLICT']);
    expect((await record(system, id, 2)).data).toEqual({ recordSaga: true });
  });

  test('is taken over by one of those who look at the same time', async () => {
    const { id } = await aSaga({ leaseSeconds: 0 });
    const looks = await Promise.all([1, 2, 3].map(claimNothing));
    const claimed = looks.flatMap(({ data }) => (data?.claimSaga as Held | null)?.id ?? []);
    expect(claimed).toEqual([id]);
  });

  test('is taken over by one statement, with those that give it its context and the row', async () => {
    await aSaga({ leaseSeconds: 0 });
    const statements = await statementsOf(claimNothing);
    expect(statements).toHaveLength(3);
  });

  test('and has ended is nobody’s any more', async () => {
    for (const state of ['COMPLETED', 'COMPENSATED', 'STUCK']) {
      const { id } = await aSaga();
      await record(system, id, 1, { state, leaseSeconds: 0 });
      expect((await claimNothing()).data).toEqual({ claimSaga: null });
      expect(codes(await record(system, id, 1))).toEqual(['CONFLICT']);
    }
  });
});

describe('what is written about a saga', () => {
  test('is what a superadmin sees of it', async () => {
    const { id } = await aSaga();
    const steps = [{ ...step, state: 'failed', attempts: 2, at: '2026-01-01T00:00:00.000Z' }];
    const error = { step: 'first', code: 'CONFLICT', message: 'It is taken' };
    await record(system, id, 1, {
      state: 'COMPENSATED',
      steps,
      error,
      leaseSeconds: 0,
      input: { id: 'acme' },
    });
    const { data } = await read(superadmin, id);
    expect(data?.saga).toMatchObject({
      ...{ kind: 'doThings', requestedBy: { id: superadmin.userId }, input: { id: 'acme' }, error },
      ...{ state: 'COMPENSATED', steps: [{ ...steps[0], state: 'FAILED' }] },
    });
  });

  test('stays when it has ended, past the application too', async () => {
    const { id } = await aSaga();
    await record(system, id, 1, { state: 'COMPLETED', leaseSeconds: 0 });
    await expect(asOwner("update platform.sagas set state = 'running' where id = $1", [id])).rejects.toThrow(
      'has ended',
    );
  });

  test('masks the input in the audit log, since it may be about persons', async () => {
    const { id } = await aSaga();
    const { platformAuditLog } = await ask<{ platformAuditLog: { edges: { node: { after: unknown } }[] } }>(
      subgraph,
      superadmin,
      'query ($id: String!) { platformAuditLog(filter: { resourceId: { eq: $id } }) { edges { node { after } } } }',
      { id },
    );
    expect(platformAuditLog.edges.map(({ node }) => node.after)).toEqual([
      expect.objectContaining({ kind: 'doThings', input: '***' }),
    ]);
  });
});

describe('a stuck saga', () => {
  const undoing = { ...step, state: 'undoing', attempts: 1 };

  test.each([
    ['RUNNING', [{ ...step, state: 'failed', attempts: 1 }]],
    ['COMPENSATING', [undoing]],
  ])('goes on as %s after %j, taken over by who looks next', async (state, steps) => {
    const { id } = await aSaga();
    await record(system, id, 1, { state: 'STUCK', steps, leaseSeconds: 0 });
    expect((await release(system, id)).data).toEqual({ releaseSaga: { id, state } });
    expect(await claim(id)).toMatchObject({ id, fence: 2 });
  });

  test('alone is released', async () => {
    const { id } = await aSaga();
    expect(codes(await release(system, id))).toEqual(['CONFLICT']);
    expect(codes(await release(system, newId()))).toEqual(['NOT_FOUND']);
  });
});

describe('sagas', () => {
  const list = (who: Identity, id: string) =>
    run(subgraph, who, `{ sagas(filter: { id: { eq: "${id}" } }) { totalCount edges { node { id } } } }`);

  test('are for superadmins: nobody else sees one, the own tenant’s neither', async () => {
    const admin = aUser({ scopes: ['platform:read', 'platform:write'] });
    const { id } = await aSaga({ tenantId: admin.tenantId });
    expect((await list(superadmin, id)).data?.sagas).toEqual({ totalCount: 1, edges: [{ node: { id } }] });
    for (const who of [admin, aUser(), aUser({ role: 'user' })]) {
      expect(codes(await list(who, id))).toEqual(['FORBIDDEN']);
      expect(codes(await read(who, id))).toEqual(['FORBIDDEN']);
    }
  });

  test('are written by the product alone', async () => {
    const { id } = await aSaga();
    for (const who of [superadmin, aUser({ scopes: ['platform:read', 'platform:write'] })]) {
      expect(codes(await begin(who, aBeginning()))).toEqual(['FORBIDDEN']);
      expect(codes(await record(who, id, 1))).toEqual(['FORBIDDEN']);
      expect(codes(await release(who, id))).toEqual(['FORBIDDEN']);
      expect(codes(await run(subgraph, who, 'mutation { claimSaga(leaseSeconds: 0) { id } }'))).toEqual([
        'FORBIDDEN',
      ]);
    }
  });

  test('are kept from deletion, and their beginnings from change, by the database', async () => {
    const { id } = await aSaga();
    await expect(asApplication('delete from platform.sagas where id = $1', [id])).rejects.toThrow(
      'permission denied',
    );
    await expect(
      asApplication("update platform.sagas set kind = 'other' where id = $1", [id]),
    ).rejects.toThrow('permission denied');
  });
});
