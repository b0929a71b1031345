import { asJson, conflict, parseInput, tenantId, uuid } from '@cdx/kit';
import type { SagaRow } from '@cdx/prisma-platform/tables';
import { z } from 'zod';
import type { MutationResolvers } from '../generated/resolvers.ts';
import type { Transaction } from './context.ts';
import { existingSaga, journalledError, journalledSteps, loadSaga, type HeldSaga } from './saga.ts';

const leaseSeconds = z.int().min(0, 'must be 0 to 3,600').max(3_600, 'must be 0 to 3,600');
const object = z.record(z.string(), z.unknown(), 'must be an object');
const beginInput = z.object({
  id: uuid,
  kind: z.string().regex(/^[a-z][A-Za-z]{0,49}$/, 'must be the name of a mutation'),
  subject: z.string().min(1, 'must not be empty').max(100),
  tenantId: tenantId.nullish(),
  requestedBy: uuid,
  input: object,
  steps: journalledSteps,
  leaseSeconds,
});
const recordInput = z.object({
  state: z.enum(['running', 'completed', 'compensating', 'compensated', 'stuck']),
  steps: journalledSteps,
  error: journalledError.nullish(),
  leaseSeconds,
  input: object.nullish(),
});

/** Why the statements about leases need no entry. */
const unaudited = 'Who holds a saga, and for how long, changes nothing that it is about.';

export const mutation: MutationResolvers = {
  async beginSaga(_, { input }, context) {
    const { leaseSeconds: seconds, tenantId, ...values } = parseInput(beginInput, input);
    const { id, subject } = values;
    const data = {
      ...values,
      ...{ tenantId: tenantId ?? null, input: asJson(values.input), steps: asJson(values.steps) },
    };
    const isNew = await context.db.write(
      async (tx) => {
        const { count } = await tx.saga.createMany({ data, skipDuplicates: true });
        if (count > 0) await hold(tx, { id, fence: 1 }, seconds);
        return count > 0;
      },
      { unaudited },
    );
    const saga = await loadSaga(context, id);
    // Nothing was made: it is there already, or the subject is held by another one.
    if (!saga) throw conflict(`Another saga is under way for ${subject}`);
    const held: HeldSaga = isNew ? saga : { ...saga, fence: null };
    return held;
  },

  async claimSaga(_, { leaseSeconds: seconds }, context) {
    const lease = parseInput(leaseSeconds, seconds, 'leaseSeconds');
    const [claimed] = await context.db.write(
      (tx) => tx.$queryRaw<{ readonly id: string }[]>`update platform.sagas
        set fence = fence + 1, lease_until = now() + make_interval(secs => ${lease}::int)
        where id = (select s.id from platform.sagas s
          where s.state in ('running', 'compensating') and s.lease_until <= now()
          order by s.lease_until limit 1 for update skip locked)
        returning id::text`,
      { unaudited },
    );
    return claimed ? existingSaga(context, claimed.id) : null;
  },

  async recordSaga(_, { id, fence, input }, context) {
    const { leaseSeconds: seconds, error, input: kept, ...values } = parseInput(recordInput, input);
    const data = {
      ...values,
      steps: asJson(values.steps),
      error: asJson(error ?? {}),
      ...(kept ? { input: asJson(kept) } : {}),
    };
    await context.db.write(
      async (tx) => {
        if (!(await hold(tx, { id, fence }, seconds))) throw conflict(`Saga ${id} is held by another now`);
        await tx.saga.updateMany({ where: { id }, data });
      },
      { unaudited },
    );
    return true;
  },

  async releaseSaga(_, { id }, context) {
    const { steps, state } = await existingSaga(context, id);
    const goesBack = journalledSteps
      .parse(steps)
      .some((step) => step.state === 'undoing' || step.state === 'undone');
    const { count } = await context.db.write(
      (tx) =>
        tx.saga.updateMany({
          where: { id, state: 'stuck' },
          data: { state: goesBack ? 'compensating' : 'running', leaseUntil: new Date(0) },
        }),
      { unaudited },
    );
    if (count === 0) throw conflict(`Saga ${id} is ${state}; only one that is stuck is gone on with`);
    return existingSaga(context, id);
  },
};

/** Holds a saga from now on, by the database's clock; answers whether its number is still the one given. */
async function hold(
  tx: Transaction,
  { id, fence }: Pick<SagaRow, 'id' | 'fence'>,
  seconds: number,
): Promise<boolean> {
  const count = await tx.$executeRaw`update platform.sagas
    set lease_until = now() + make_interval(secs => ${seconds}::int)
    where id = ${id}::uuid and fence = ${fence}::int and state in ('running', 'compensating')`;
  return count > 0;
}
