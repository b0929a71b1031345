import { createHash } from 'node:crypto';
import { asJson, newId, uuidToBytes, type SubgraphRequest } from '@cdx/kit';
import type { AuthEventRow } from '@cdx/prisma-auth/tables';
import type { Transaction } from '../context.ts';

interface EventParts {
  readonly eventType: AuthEventRow['eventType'];
  readonly userId: string | null;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** Writes what happened into `auth_events`, in the transaction that makes it happen. */
export async function recordEvent(
  tx: Transaction,
  request: SubgraphRequest,
  event: EventParts,
): Promise<void> {
  const { eventType, userId, metadata = {} } = event;
  await tx.authEvent.createMany({
    data: {
      id: uuidToBytes(newId()),
      userId: userId === null ? null : uuidToBytes(userId),
      eventType,
      ipAddress: request.ipAddress,
      userAgent: request.userAgent?.slice(0, 512) ?? null,
      metadata: asJson({ ...metadata, requestId: request.requestId }),
    },
  });
}

/** How failures are counted for an address that may belong to nobody, without keeping the address. */
export function emailHash(email: string): string {
  return createHash('sha256').update(email).digest('hex');
}

/** How a secret token is stored: a hash that cannot be turned back, found by its own value. */
export function tokenHash(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
