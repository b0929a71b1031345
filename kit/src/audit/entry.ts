import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { Role } from '../identity/identity.ts';
import type { Image } from './image.ts';

/** Who acted: a person of a tenant, an administrator, or the product itself. */
export type AuditActorKind = 'user' | 'admin' | 'service';

/** What the audit log is told of one change, read or refusal. */
export interface AuditDraft {
  /** The tenant that the resource belongs to; null when it belongs to none. */
  readonly tenantId: string | null;
  /** `clients.updateClient`, or `read` for a superadmin's reading across tenants. */
  readonly action: string;
  readonly resourceType: string;
  readonly resourceId: string | null;
  /** The changed values as they were; null for what was not there. */
  readonly before: Image | null;
  /** The changed values as they are; of a read what was asked for, of a refusal its code. */
  readonly after: Image | null;
  /** Who acted and from where, when that is not who has it put on record. */
  readonly by?: AuditSource;
}

/** Where an entry comes from: who acted, in which request, from what device. */
export interface AuditSource {
  readonly userId: string | null;
  readonly role: Role;
  readonly requestId: string;
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
}

/** An entry of the audit log. */
export interface AuditRecord extends AuditDraft {
  readonly id: string;
  /** The tenant's id, or empty: entries of one chain follow one another, and no writer waits for another chain's. */
  readonly chain: string;
  readonly sequence: number;
  readonly actorId: string | null;
  readonly actorKind: AuditActorKind;
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
  readonly requestId: string;
  /** ISO 8601, to the millisecond. */
  readonly createdAt: string;
  readonly previousHash: string;
  readonly hash: string;
}

/** The previous hash of a chain's first entry. */
export const noHash = '0'.repeat(64);

/**
 * The hash of an entry: SHA-256 over the canonical JSON (RFC 8785) of all its other fields, the previous hash among
 * them. Computed here and not by the database, so that both dialects have the same.
 */
export function hashOf(record: Omit<AuditRecord, 'hash'>): string {
  // Named one by one: a row that is verified may carry more than an entry has.
  const { id, chain, sequence, tenantId, actorId, actorKind, action, resourceType, resourceId } = record;
  const { before, after, ipAddress, userAgent, requestId, createdAt, previousHash } = record;
  const resource = { tenantId, resourceType, resourceId, before, after };
  const actor = { actorId, actorKind, ipAddress, userAgent, requestId };
  const text = canonicalize({ id, chain, sequence, action, ...resource, ...actor, createdAt, previousHash });
  return createHash('sha256')
    .update(text ?? '')
    .digest('hex');
}
