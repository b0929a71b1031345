import { forbidden, parseInput, requireRole, type SubgraphRequest } from '@cdx/kit';
import { archiveTenant, archiveTenantInput } from './archive-tenant.ts';
import type { AnySaga } from './definition.ts';
import { deleteUserEverywhere, deleteUserInput } from './delete-user.ts';
import { provisionTenant, provisionTenantInput } from './provision-tenant.ts';
import { restoreTenant, restoreTenantInput } from './restore-tenant.ts';
import type { SagaRunner } from './runner.ts';

export { SagaRunner } from './runner.ts';
export { SignUps } from './sign-ups.ts';

/** All sagas that there are, by the mutations that begin them. */
export const sagas: ReadonlyMap<string, AnySaga> = new Map(
  [provisionTenant, archiveTenant, restoreTenant, deleteUserEverywhere].map((saga) => [saga.kind, saga]),
);

/** What the mutations need of their request. */
interface Context extends SubgraphRequest {
  readonly sagas: SagaRunner;
}

/** A saga, whose fields the platform subgraph answers. */
interface SagaReference {
  readonly id: string;
}

interface Repeatable {
  readonly idempotencyKey?: string | null;
}

interface Arguments extends Repeatable {
  readonly input: unknown;
}

/** What a saga takes that is about something that is there. */
interface OfOne extends Repeatable {
  readonly id: string;
}

/** The mutations that begin sagas, and that of going on with one; for superadmins. */
export const mutation = {
  async provisionTenant(_: unknown, args: Arguments, context: Context): Promise<SagaReference> {
    requireRole(context, 'superadmin');
    const input = parseInput(provisionTenantInput, args.input);
    const beginning = { saga: provisionTenant, input, tenantId: input.id, subject: `tenant:${input.id}` };
    const { idempotencyKey } = args;
    return { id: await context.sagas.begin({ ...beginning, idempotencyKey }, context) };
  },

  async archiveTenant(
    _: unknown,
    { idempotencyKey, ...args }: OfOne & { readonly reason?: string | null },
    context: Context,
  ): Promise<SagaReference> {
    requireRole(context, 'superadmin');
    const input = parseInput(archiveTenantInput, args, 'archiveTenant');
    const beginning = { saga: archiveTenant, input, tenantId: input.id, subject: `tenant:${input.id}` };
    return { id: await context.sagas.begin({ ...beginning, idempotencyKey }, context) };
  },

  async restoreTenant(
    _: unknown,
    { idempotencyKey, ...args }: OfOne,
    context: Context,
  ): Promise<SagaReference> {
    requireRole(context, 'superadmin');
    const input = parseInput(restoreTenantInput, args, 'restoreTenant');
    const beginning = { saga: restoreTenant, input, tenantId: input.id, subject: `tenant:${input.id}` };
    return { id: await context.sagas.begin({ ...beginning, idempotencyKey }, context) };
  },

  async deleteUserEverywhere(
    _: unknown,
    { idempotencyKey, ...args }: OfOne,
    context: Context,
  ): Promise<SagaReference> {
    const { userId } = requireRole(context, 'superadmin');
    const input = parseInput(deleteUserInput, args, 'deleteUserEverywhere');
    if (input.id === userId) throw forbidden('Nobody deletes themselves; another superadmin can');
    const beginning = { saga: deleteUserEverywhere, input, tenantId: null, subject: `user:${input.id}` };
    return { id: await context.sagas.begin({ ...beginning, idempotencyKey }, context) };
  },

  async resumeSaga(_: unknown, { id }: { readonly id: string }, context: Context): Promise<SagaReference> {
    requireRole(context, 'superadmin');
    await context.sagas.resume(id);
    return { id };
  },
};
