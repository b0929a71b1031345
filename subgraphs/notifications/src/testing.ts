import { anIdentity } from '@cdx/access/testing';
import { makeLogger, newId, type Identity, type Subgraph } from '@cdx/kit';
import { ask, testDatabaseUrl } from '@cdx/kit/testing';
import { createSubgraph, settingsSchema } from './subgraph.ts';

/** The notifications subgraph on the test run's database. */
export function aNotificationsSubgraph(): Subgraph {
  const settings = settingsSchema.parse({
    NOTIFICATIONS_DATABASE_URL: testDatabaseUrl('NOTIFICATIONS_DATABASE_URL'),
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

/** Somebody who belongs to no tenant and sees all. */
export function aSuperadmin(): Identity & { readonly userId: string } {
  return { ...anIdentity({ role: 'superadmin' }), userId: newId() };
}

type Input = Readonly<Record<string, unknown>>;

/** A new notification for the user itself, unless the input names another; answers its id. */
export async function aNotification(
  subgraph: Subgraph,
  user: Identity & { readonly userId: string },
  input: Input = {},
): Promise<string> {
  const { sent } = await ask<{ sent: { id: string } }>(
    subgraph,
    user,
    'mutation ($input: SendNotificationInput!) { sent: sendNotification(input: $input) { id } }',
    { input: { userId: user.userId, title: 'Hello', message: 'Something has happened', ...input } },
  );
  return sent.id;
}

/** Has the user reached by an address of e-mail, unless the input says another channel; answers the subscription's id. */
export async function aSubscription(subgraph: Subgraph, user: Identity, input: Input = {}): Promise<string> {
  const { made } = await ask<{ made: { id: string } }>(
    subgraph,
    user,
    'mutation ($input: SubscribeChannelInput!) { made: subscribeChannel(input: $input) { id } }',
    { input: { channel: 'EMAIL', address: `${newId()}@example.com`, ...input } },
  );
  return made.id;
}
