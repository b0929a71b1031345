import { answerHttpErrors, graphqlError, readJson, system, type Database, type Logger } from '@cdx/kit';
import { Prisma } from '@cdx/prisma-notifications';
import Fastify, { type FastifyInstance } from 'fastify';
import { z } from 'zod';
import { isSigned } from './signature.ts';

export interface ReceiptServerOptions {
  readonly host: string;
  readonly port: number;
  /** What providers sign by: `whsec_<base64>`. */
  readonly secret: string;
  readonly database: Pick<Database<Prisma.TransactionClient>, 'as'>;
  readonly log: Logger;
}

const receiptInput = z.object({
  channel: z.enum(['email', 'sms']),
  /** What the service called the delivery when it took it. */
  reference: z.string().min(1).max(255),
  status: z.literal('delivered'),
});

type Receipt = z.output<typeof receiptInput>;

/** A receipt is some words; what is longer is none. */
const bodyLimit = 16_384;

/**
 * Takes the receipts of mail and SMS services: `POST /receipts`, signed, at a port of its own. A receipt moves a delivery
 * from sent to delivered and no other way, so that it may come twice, or be repeated by a stranger, and change nothing.
 */
export async function serveReceipts(options: ReceiptServerOptions): Promise<FastifyInstance> {
  const { host, port, secret, database, log } = options;
  const server = Fastify({ bodyLimit, forceCloseConnections: true });
  answerHttpErrors(server, log, 'There is nothing here; receipts are at POST /receipts');
  // The signature is over the bytes as they came.
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (_, body, done) => done(null, body));
  server.post<{ Body: string }>('/receipts', async ({ headers, body }, reply) => {
    if (!isSigned(secret, headers, body))
      return reply.code(401).send(graphqlError('UNAUTHENTICATED', 'A receipt is signed, and not long ago'));
    const receipt = receiptInput.safeParse(readJson(body));
    if (!receipt.success)
      return reply.code(400).send(graphqlError('BAD_USER_INPUT', z.prettifyError(receipt.error)));
    if (!(await markDelivered(database, receipt.data)))
      return reply.code(404).send(graphqlError('NOT_FOUND', 'No delivery has this reference by now'));
    return reply.code(204).send();
  });
  await server.listen({ host, port });
  return server;
}

/**
 * Moves the delivery of a receipt from sent to delivered.
 * @returns whether there is one, moved now or before; one that is still being sent has no reference yet, and the service
 *   tries again
 */
async function markDelivered(
  database: ReceiptServerOptions['database'],
  { channel, reference }: Receipt,
): Promise<boolean> {
  const isMeant = Prisma.sql`provider_reference = ${reference}
    and channel = ${channel}::notifications.notification_channel`;
  const [row] = await database.as(system).write(
    (tx) =>
      tx.$queryRaw<{ readonly known: boolean }[]>(Prisma.sql`
        with moved as (
          update notifications.deliveries set status = 'delivered' where ${isMeant} and status = 'sent' returning id
        )
        select exists (select from moved)
          or exists (select from notifications.deliveries where ${isMeant} and status = 'delivered') as known`),
    { unaudited: 'A delivery’s row says itself what became of it.' },
  );
  return row?.known ?? false;
}
