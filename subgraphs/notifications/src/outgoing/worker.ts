import { atIntervals, system, type Database, type Logger } from '@cdx/kit';
import { Prisma } from '@cdx/prisma-notifications';
import { waitAfter } from './backoff.ts';
import { NotSent, type Outgoing, type Sender } from './sender.ts';

/** The ways that there are; a channel without one waits for nobody and fails. */
export type Senders = Readonly<Partial<Record<Outgoing['channel'], Sender>>>;

export interface WorkerParts {
  readonly database: Pick<Database<Prisma.TransactionClient>, 'as'>;
  readonly senders: Senders;
  /** How often a delivery is tried before it has failed for good. */
  readonly maxAttempts: number;
  readonly log: Logger;
}

/** How many deliveries are taken at once. */
const batch = 10;

/** How long a process has for those, until another takes them: longer than all time-outs of a sender together. */
const leaseSeconds = 120;

const unaudited = 'A delivery’s row says itself what became of it.';

/**
 * Sends what is due, until nothing is. Any number of processes may do so at once: each takes deliveries that no other
 * has, and one that ends midway leaves its own to the others, so a delivery may be sent twice but is never lost.
 * @returns how many attempts were made
 */
export async function deliverDue(parts: WorkerParts): Promise<number> {
  let count = 0;
  for (;;) {
    const taken = await take(parts.database);
    await Promise.all(taken.map((delivery) => attempt(parts, delivery)));
    count += taken.length;
    if (taken.length < batch) return count;
  }
}

/**
 * Sends what is due at intervals; a run that takes longer is not begun again beside itself.
 * @returns ends the schedule, and resolves when the run that is under way has ended
 */
export function scheduleDeliveries(parts: WorkerParts, seconds: number): () => Promise<void> {
  return atIntervals(
    seconds * 1_000,
    () => deliverDue(parts),
    (error) => parts.log.error({ error }, 'deliveries could not be sent; the next run tries again'),
  );
}

/** Takes some that are due and counts the attempt. Until it has been settled, or the lease is over, nobody else takes them. */
function take(database: WorkerParts['database']): Promise<Outgoing[]> {
  const statement = Prisma.sql`
    update notifications.deliveries d
    set attempts = d.attempts + 1, next_attempt_at = now() + ${leaseSeconds} * interval '1 second'
    from (
      select t.id, n.title, n.message, n.type, n.action_url, s.push_key, s.push_auth
      from notifications.deliveries t
      join notifications.notifications n on n.id = t.notification_id
      left join notifications.channel_subscriptions s on s.id = t.subscription_id
      where t.status = 'queued' and t.next_attempt_at <= now()
      order by t.next_attempt_at, t.id limit ${batch}
      for update of t skip locked
    ) due
    where d.id = due.id
    returning d.id, d.notification_id as "notificationId", d.channel::text as channel, d.recipient, d.attempts::int,
      d.subscription_id as "subscriptionId", due.push_key as "pushKey", due.push_auth as "pushAuth", due.title,
      due.message, due.type::text as type, due.action_url as "actionUrl"`;
  return database.as(system).write((tx) => tx.$queryRaw<Outgoing[]>(statement), { unaudited });
}

async function attempt(parts: WorkerParts, delivery: Outgoing): Promise<void> {
  const outcome = await outcomeOf(parts.senders, delivery);
  try {
    await (outcome instanceof NotSent
      ? settleFailed(parts, delivery, outcome)
      : settleSent(parts, delivery, outcome));
  } catch (error) {
    parts.log.error({ error, delivery: delivery.id }, 'what became of a delivery could not be written');
  }
}

/** What the service calls the delivery, or why it was not sent. */
async function outcomeOf(senders: Senders, delivery: Outgoing): Promise<string | null | NotSent> {
  const send = senders[delivery.channel];
  if (!send) return new NotSent('This channel is not set up', { permanent: true });
  try {
    return await send(delivery);
  } catch (cause) {
    return cause instanceof NotSent ? cause : new NotSent('The delivery could not be handed in', { cause });
  }
}

/** Only as long as it is the attempt that was taken: after the lease the delivery is somebody else's. */
const stillTaken = ({ id, attempts }: Outgoing): Prisma.Sql =>
  Prisma.sql`id = ${id}::uuid and status = 'queued' and attempts = ${attempts}`;

async function settleSent(
  { database }: WorkerParts,
  delivery: Outgoing,
  reference: string | null,
): Promise<void> {
  await database.as(system).write(
    (tx) =>
      tx.$executeRaw(Prisma.sql`
      update notifications.deliveries
      set status = 'sent', sent_at = now(), next_attempt_at = null, error = null, provider_reference = ${reference}
      where ${stillTaken(delivery)}`),
    { unaudited },
  );
}

async function settleFailed(
  { database, maxAttempts, log }: WorkerParts,
  delivery: Outgoing,
  { message, isPermanent, isGone, retryAfterMs, cause }: NotSent,
): Promise<void> {
  const { id, attempts, channel, subscriptionId } = delivery;
  const isDead = isPermanent || attempts >= maxAttempts;
  // Of what a service says only the code: its words may repeat the address.
  const { code } = (cause ?? {}) as { readonly code?: unknown };
  log.warn({ delivery: id, channel, attempts, isDead, code }, message);
  const next = isDead
    ? Prisma.sql`status = 'failed', failed_at = now(), next_attempt_at = null`
    : Prisma.sql`next_attempt_at = now() + ${Math.max(waitAfter(attempts), retryAfterMs)} * interval '1 millisecond'`;
  await database.as(system).write(
    async (tx) => {
      await tx.$executeRaw(Prisma.sql`
        update notifications.deliveries set ${next}, error = ${message} where ${stillTaken(delivery)}`);
      if (isGone && subscriptionId !== null)
        await tx.channelSubscription.updateMany({ where: { id: subscriptionId }, data: { isActive: false } });
    },
    { unaudited },
  );
}
