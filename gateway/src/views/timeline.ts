import { badInput } from '@cdx/kit';
import { z } from 'zod';
import type { Context } from './context.ts';
import {
  timelineKinds,
  timelineSources,
  type TimelineEntry,
  type TimelineKind,
  type TimelineSource,
} from './timeline-sources.ts';

export interface TimelineArguments {
  readonly tenantId?: string | null;
  readonly since?: Date | null;
  readonly until?: Date | null;
  readonly kinds?: readonly TimelineKind[] | null;
  readonly first?: number | null;
  readonly after?: string | null;
}

/** A page of the timeline, as the graph shows it. */
export interface Timeline {
  readonly edges: readonly { readonly cursor: string; readonly node: TimelineEntry }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
  readonly unavailable: readonly string[];
}

/** What a service's list has next. */
interface Portion {
  readonly source: TimelineSource;
  readonly edges: readonly { readonly cursor: string; readonly node: TimelineEntry }[];
  readonly hasMore: boolean;
}

/** How far the timeline has been shown. */
interface Place {
  /** When the newest that was shown happened: what has happened since is of no later page. */
  readonly top: string;
  /** By a list's key, the cursor of the last that was shown of it. */
  readonly lists: Readonly<Record<string, string>>;
}

const [defaultFirst, maxFirst] = [50, 100];
const placeForm = z.object({
  top: z.iso.datetime(),
  lists: z.record(z.string().max(100), z.string().max(1_000)),
});

/**
 * A page of what has happened in all services, newest first. Every list gives as many as the page could take, and the
 * page takes the newest of them all; its cursors hold how far each list has been shown. So a page costs one question to
 * each list, however deep it lies, and entries of the same moment are neither lost nor shown twice.
 * @throws BAD_USER_INPUT on sizes and cursors that cannot be
 */
export async function timeline(context: Context, args: TimelineArguments): Promise<Timeline> {
  const first = args.first ?? defaultFirst;
  if (first < 1 || first > maxFirst) throw badInput('first', `between 1 and ${maxFirst}`);
  const place = args.after == null ? undefined : decodePlace(args.after);
  const portions = await Promise.all(
    timelineSources(context, args.kinds ?? timelineKinds).map((source) =>
      readPortion(context, source, args, first, place),
    ),
  );
  const there = portions.filter((portion) => 'edges' in portion);
  const { edges, isRest } = merge(there, place, first);
  return {
    edges,
    pageInfo: {
      hasNextPage: isRest || there.some(({ hasMore }) => hasMore),
      hasPreviousPage: args.after != null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    unavailable: [
      ...new Set(portions.flatMap((portion) => ('edges' in portion ? [] : [portion.source.field.service]))),
    ],
  };
}

/** The newest of all portions, each with how far the lists have been shown when it has been. */
function merge(
  portions: readonly Portion[],
  place: Place | undefined,
  first: number,
): { readonly edges: Timeline['edges']; readonly isRest: boolean } {
  // Lists are sorted, and the sort is stable: of one list the order stays, also within a millisecond.
  const all = portions
    .flatMap(({ source: { key }, edges }) => edges.map((edge) => ({ ...edge, key })))
    .toSorted((a, b) => (a.node.at === b.node.at ? 0 : a.node.at < b.node.at ? 1 : -1));
  const top = place?.top ?? all[0]?.node.at ?? '';
  let lists = place?.lists ?? {};
  const edges = all.slice(0, first).map(({ key, cursor, node }) => {
    lists = { ...lists, [key]: cursor };
    return { cursor: encodePlace({ top, lists }), node };
  });
  return { edges, isRest: all.length > first };
}

async function readPortion(
  context: Context,
  source: TimelineSource,
  { tenantId, since, until }: TimelineArguments,
  first: number,
  place: Place | undefined,
): Promise<Portion | Pick<Portion, 'source'>> {
  const { field, filterType, selection, tenantBy, kind } = source;
  const ofTenant = tenantId != null;
  const after = place?.lists[source.key];
  const createdAt = {
    ...(since ? { gte: since } : {}),
    ...(until ? { lt: until } : {}),
    ...(place && after === undefined ? { lte: place.top } : {}),
  };
  const filter = {
    createdAt,
    ...(ofTenant && tenantBy === 'filter' ? { tenantId: { eq: tenantId } } : {}),
  };
  const argument = ofTenant && tenantBy === 'argument';
  const { data } = await context.ask(
    field.service,
    `query ($first: Int, $after: String, $filter: ${filterType}${argument ? ', $tenantId: ID' : ''}) {
      list: ${field.name}(first: $first, after: $after, filter: $filter${argument ? ', tenantId: $tenantId' : ''}
        orderBy: { field: CREATED_AT, direction: DESC }) {
        edges { cursor node { id createdAt ${selection} } } pageInfo { hasNextPage } } }`,
    { first, filter, ...(after === undefined ? {} : { after }), ...(argument ? { tenantId } : {}) },
  );
  const list = data?.list as List | null | undefined;
  if (!list) return { source };
  const edges = list.edges.map(({ cursor, node }) => ({
    cursor,
    node: {
      kind,
      service: field.service,
      id: String(node.id),
      at: new Date(node.createdAt as string | Date).toISOString(),
      ...source.entryOf(node),
    },
  }));
  return { source, edges, hasMore: list.pageInfo.hasNextPage };
}

/** A connection as it comes from a service. */
interface List {
  readonly edges: readonly { readonly cursor: string; readonly node: Readonly<Record<string, unknown>> }[];
  readonly pageInfo: { readonly hasNextPage: boolean };
}

function encodePlace(place: Place): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

function decodePlace(cursor: string): Place {
  try {
    return placeForm.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
  } catch {
    throw badInput('after', 'a cursor that the timeline returned');
  }
}
