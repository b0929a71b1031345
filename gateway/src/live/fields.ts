import { codedError, tenantOf, requireUser } from '@cdx/kit';
import { requireServices, type Context } from '../views/context.ts';
import type { ServiceHealth } from '../views/service-health.ts';
import { auditEntry, visibleEntity } from './ask-owner.ts';
import type { ServiceChange } from './change-hub.ts';
import { isLiveRequest, type LiveSources, type Watch } from './step.ts';
import { together } from './together.ts';

/** A field of the graph's `Subscription`: what it waits for, and what it makes of that. */
interface LiveField<Args, Event> {
  /**
   * Listens for a caller; rejects when the caller may not, or names what is not there.
   * @returns what ends it
   */
  readonly listen: (
    args: Args,
    caller: Context,
    sources: LiveSources,
    tell: (event: Event) => void,
  ) => Promise<() => void>;
  /** The field's value, as the caller may see it; null when there is nothing to tell. */
  readonly tell: (event: Event, caller: Context) => unknown;
}

interface OfTenant {
  readonly tenantId?: string | null;
}

/** What happens to a tenant at once is told once: its figures are asked of every service. */
const summarySpanMs = 1_000;

const auditLogAdded: LiveField<OfTenant & { readonly services?: readonly string[] | null }, ServiceChange> = {
  listen({ tenantId, services }, caller, { changes }, tell) {
    const followed = changes.services;
    requireServices(services, followed);
    const isWanted = ofTenant(caller, tenantId);
    return changes.listen(services ?? followed, (change) => {
      const isOurs = change.kind === 'other' && isLiveRequest(change.requestId);
      if (!isOurs && isWanted(change)) tell(change);
    });
  },
  tell: (change, caller) => auditEntry(caller, change),
};

const notificationReceived: LiveField<OfTenant, ServiceChange> = {
  listen: ({ tenantId }, caller, { changes }, tell) => {
    const isWanted = ofTenant(caller, tenantId);
    return changes.listen(['notifications'], (change) => {
      if (change.resourceType === 'Notification' && change.kind === 'created' && isWanted(change))
        tell(change);
    });
  },
  tell: ({ resourceId: id }, caller) => visibleEntity(caller, 'notifications', 'Notification', { id }),
};

const agentExecutionChanged: LiveField<OfTenant & { readonly clientId?: string | null }, ServiceChange> = {
  listen: ({ tenantId, clientId }, caller, { changes }, tell) => {
    const isWanted = ofTenant(caller, tenantId);
    return changes.listen(['clients'], (change) => {
      if (change.resourceType !== 'WorkflowExecution' || !isWanted(change)) return;
      if (clientId == null || executionKey(change).clientId === clientId) tell(change);
    });
  },
  tell: (change, caller) => visibleEntity(caller, 'clients', 'WorkflowExecution', executionKey(change)),
};

const tenantSummaryChanged: LiveField<OfTenant, ServiceChange> = {
  async listen({ tenantId }, caller, { changes }, tell) {
    const isWanted = ofTenant(caller, tenantId);
    const { add, end } = together(summarySpanMs, (change: ServiceChange) => change.tenantId ?? '', tell);
    const stop = await changes.listen(changes.services, (change) => {
      if (change.kind !== 'other' && change.tenantId !== null && isWanted(change)) add(change);
    });
    return () => {
      stop();
      end();
    };
  },
  tell: ({ tenantId: id }) => ({ __typename: 'Tenant', id }),
};

const serviceHealthChanged: LiveField<{ readonly services?: readonly string[] | null }, ServiceHealth> = {
  listen({ services }, { probes }, { health }, tell) {
    requireServices(services, probes.keys());
    return health.listen((state) => {
      if (services?.includes(state.service) ?? true) tell(state);
    });
  },
  tell: (state) => state,
};

/** The resolvers of the graph's `Subscription`. */
export const liveFields = {
  auditLogAdded: resolverOf(auditLogAdded),
  notificationReceived: resolverOf(notificationReceived),
  agentExecutionChanged: resolverOf(agentExecutionChanged),
  tenantSummaryChanged: resolverOf(tenantSummaryChanged),
  serviceHealthChanged: resolverOf(serviceHealthChanged),
};

function resolverOf<Args, Event>({ listen, tell }: LiveField<Args, Event>) {
  return (_: unknown, args: Args, caller: Context): unknown => {
    const { live } = caller;
    if (!live)
      throw codedError(
        'BAD_USER_INPUT',
        'A subscription is answered as a stream: ask by POST with Accept: text/event-stream, or over a WebSocket',
      );
    // What it is told is what it has listened for.
    if (live.kind === 'event') return tell(live.event as Event, caller);
    const watch: Watch = (sources, add) => listen(args, caller, sources, add);
    live.watch(watch);
    return null;
  };
}

/**
 * Whether a change is of the tenant that is asked for: the caller's own, or the one, or all, that a superadmin names.
 * @throws FORBIDDEN when somebody else names another tenant
 */
function ofTenant(caller: Context, wanted: string | null | undefined): (change: ServiceChange) => boolean {
  const user = requireUser(caller);
  if (user.role === 'superadmin' && wanted == null) return () => true;
  const tenantId = tenantOf(user, wanted);
  return (change) => change.tenantId === tenantId;
}

/** A row of a client's own schema is on record by its client's id and its own. */
function executionKey({ resourceId }: ServiceChange): { readonly clientId: string; readonly id: string } {
  const [clientId = '', id = ''] = (resourceId ?? '').split('/');
  return { clientId, id };
}
