import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { policies } from '../../gateway/src/authorization/index.ts';
import { planOperation } from '../../gateway/src/authorization/operation-plan.ts';
import { readRequirements } from '../../gateway/src/authorization/requirements.ts';
import { meets, rightsOf } from '../../gateway/src/authorization/rights.ts';
import { readCostDirectives } from '../../gateway/src/limits/cost/directives.ts';
import { compileCost } from '../../gateway/src/limits/cost/estimate.ts';
import { makeRates } from '../../gateway/src/limits/rates.ts';
import { variableErrors } from '../../gateway/src/limits/variables.ts';
import { settingsSchema } from '../../gateway/src/settings.ts';
import { readSettings, type SubgraphRequest } from '../../kit/src/index.ts';
import { buildClientSchema, getIntrospectionQuery, Kind, parse, type IntrospectionQuery } from 'graphql';
import { operations } from './operations.ts';
import type { AuthorizationShare } from './results.ts';
import { ask, readWorld } from './world.ts';

/** Enough repetitions for the code to be compiled and the clock to be exact. */
const repetitions = 50_000;

/**
 * Measures what authorization and limits add to a warm dashboard query: what the gateway does for each request once the
 * operation is known. Working an operation out happens once for its document and is not in it.
 * @param url where the product answers
 * @param wholeMs the CPU of the whole request, in milliseconds
 */
export async function measureAuthorization(url: string, wholeMs: number): Promise<AuthorizationShare> {
  const supergraph = readFileSync(join(import.meta.dirname, '../../supergraph.graphql'), 'utf8');
  const { tenants, superadmin } = await readWorld(url);
  const introspected = await ask<IntrospectionQuery>(url, getIntrospectionQuery(), {
    authorization: superadmin,
  });
  const schema = buildClientSchema(introspected);
  const document = parse(operations.Dashboard);
  const [operation] = document.definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new TypeError('The dashboard is one operation');

  const request = callerOf(tenants[0]?.authorization ?? '');
  const plan = planOperation(document, operation, {
    schema,
    requirements: readRequirements(supergraph, schema),
  });
  const authorizationMicroseconds = await microseconds(async () => {
    const rights = await rightsOf(request, policies, plan.policies);
    plan.variantFor((requirement) => meets(rights, requirement));
  });

  const settings = { ...readSettings(settingsSchema, {}), RATE_LIMIT_PER_MINUTE: 1_000_000_000 };
  const rates = makeRates(settings, undefined);
  const cost = compileCost(schema, readCostDirectives(supergraph), document, operation);
  const variables = { ids: tenants[0]?.clientIds ?? [] };
  const limitsMicroseconds = await microseconds(async () => {
    await rates.takeRequest(request.identity, '127.0.0.1');
    variableErrors(variables, settings);
    cost(variables);
  });
  return {
    ...{ authorizationMicroseconds, limitsMicroseconds },
    authorizationPercent: authorizationMicroseconds / (wholeMs * 10),
    limitsPercent: limitsMicroseconds / (wholeMs * 10),
  };
}

/** The mean time of one call, in microseconds. */
async function microseconds(work: () => Promise<void>): Promise<number> {
  for (let index = 0; index < repetitions / 10; index += 1) await work();
  const start = performance.now();
  for (let index = 0; index < repetitions; index += 1) await work();
  return ((performance.now() - start) * 1_000) / repetitions;
}

/** The request of whoever an access token of the product is for; the product itself has verified it before. */
function callerOf(authorization: string): SubgraphRequest {
  const [, payload = ''] = authorization.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<
    'sub' | 'tid' | 'oid' | 'scope' | 'sid',
    string
  >;
  return {
    identity: {
      userId: claims.sub,
      tenantId: claims.tid,
      organizationId: claims.oid,
      role: 'admin',
      scopes: claims.scope.split(' '),
      sessionId: claims.sid,
    },
    requestId: 'bench',
    ipAddress: '127.0.0.1',
    userAgent: null,
    signal: new AbortController().signal,
    deadlineMs: Date.now() + 60_000,
  };
}
