import { parseInput, roles, type AuditDraft } from '@cdx/kit';
import { z } from 'zod';
import type { MutationResolvers, RefusalInput } from '../generated/resolvers.ts';

/** What an entry can hold: the gateway cuts what it sends to far less. */
const refusalInput = z.object({
  userId: z.uuid().nullish(),
  tenantId: z.string().max(50).nullish(),
  role: z.enum(roles),
  requestId: z.string(),
  ipAddress: z.string().max(45).nullish(),
  userAgent: z.string().nullish(),
});

/** The gateway's refusals happen before any subgraph is asked, so they are put on record here, by its word. */
export const mutation: MutationResolvers = {
  async recordRefusals(_, { input }, { db }) {
    await db.record(input.map(draftOf));
    return input.length;
  },
};

function draftOf(refusal: RefusalInput): AuditDraft {
  const { tenantId = null, role, ...who } = parseInput(refusalInput, refusal);
  const { userId = null, requestId, ipAddress = null, userAgent = null } = who;
  const { operationName = null, fields, paths, count, isSummary } = refusal;
  const what = isSummary ? 'more' : fields.join(',');
  const details = isSummary ? {} : { operationName, paths: [...paths] };
  return {
    tenantId,
    action: `gateway.${what}`.slice(0, 255),
    resourceType: 'refused',
    resourceId: null,
    before: null,
    after: { code: 'UNAUTHORIZED_FIELD_OR_TYPE', ...details, count },
    by: { userId, role, requestId, ipAddress, userAgent },
  };
}
