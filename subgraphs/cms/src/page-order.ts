import { badInput, conflict } from '@cdx/kit';
import type { Transaction } from './context.ts';
import { maxLevels } from './page-way.ts';

/** Where a page is to stand. */
export interface Place {
  readonly tenantId: string;
  /** Null for the root. */
  readonly parentId: string | null;
}

/** Holds the tree of a tenant until the transaction ends, as the database's own check does. */
export async function holdTree(tx: Transaction, tenantId: string): Promise<void> {
  await tx.$executeRaw`select cms.lock_pages(${tenantId})`;
}

/** The pages right under a page, in their order. */
export async function siblingsAt(tx: Transaction, { tenantId, parentId }: Place): Promise<string[]> {
  const pages = await tx.page.findMany({
    where: { tenantId, parentId },
    orderBy: { sortOrder: 'asc' },
    select: { id: true },
  });
  return pages.map(({ id }) => id);
}

/** The list with others in it from a position on; past its end they are the last. */
export function withInserted(
  list: readonly string[],
  others: readonly string[],
  position: number | null | undefined,
): string[] {
  return list.toSpliced(position ?? list.length, 0, ...others);
}

/** Puts pages under a page in this order, which has all that stand there. Those that have their place already are left. */
export async function arrange(
  tx: Transaction,
  { tenantId, parentId }: Place,
  ids: readonly string[],
): Promise<void> {
  await tx.$executeRaw`
    update cms.pages p set parent_id = ${parentId}::uuid, sort_order = o.place - 1
      from unnest(${[...ids]}::uuid[]) with ordinality o(id, place)
      where p.id = o.id and p.tenant_id = ${tenantId}
        and (p.parent_id is distinct from ${parentId}::uuid or p.sort_order <> o.place - 1)`;
}

interface Span {
  readonly isUnder: boolean;
  readonly depth: number;
  readonly height: number;
}

/**
 * Sees to it that a page with all under it may stand under another. The database refuses the same, in no words.
 * @param field the input that names the other
 * @throws CONFLICT when it would stand under itself, BAD_USER_INPUT when it would be too deep
 */
export async function checkPlace(
  tx: Transaction,
  id: string,
  parentId: string,
  field: string,
): Promise<void> {
  const [span] = await tx.$queryRaw<Span[]>`
    with recursive above as (
      select p.id, p.parent_id, 1 as level from cms.pages p where p.id = ${parentId}::uuid
      union all
      select p.id, p.parent_id, a.level + 1 from cms.pages p join above a on p.id = a.parent_id
        where a.level <= ${maxLevels}
    ), below as (
      select ${id}::uuid as id, 1 as level
      union all
      select p.id, b.level + 1 from cms.pages p join below b on p.parent_id = b.id where b.level <= ${maxLevels}
    )
    select (select bool_or(id = ${id}::uuid) from above) as "isUnder",
      (select max(level) from above) as depth, (select max(level) from below) as height`;
  if (span?.isUnder) throw conflict('A page cannot stand under itself', { field });
  if (span && span.depth + span.height > maxLevels)
    throw badInput(field, `a page under which no page comes deeper than level ${maxLevels}`);
}
