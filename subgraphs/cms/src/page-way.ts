import sql from 'sql-template-tag';
import type { Context } from './context.ts';

/** The levels that a tree may have, as the database says too. */
export const maxLevels = 16;

/** A step of the way from the root to a page. */
interface Step {
  readonly id: string;
  readonly slug: string;
}

interface StepRow extends Step {
  readonly leaf: string;
  readonly parentId: string | null;
}

/**
 * The pages from the root to a page, itself included; null when one of them is not for the caller to see. The ways of
 * all pages that are asked for in one tick are read by one statement.
 */
export function loadWay({ db, loaders }: Context, id: string): Promise<readonly Step[] | null> {
  const loader = loaders.get<string, readonly Step[] | null>('Page.way', async (ids) => {
    const rows = await db.many<StepRow>(
      sql`with recursive way as (
          select t.id as leaf, t.id, t.parent_id, t.slug, 1 as steps from cms.pages t
            where t.id = any(${[...ids]}::uuid[])
          union all
          select w.leaf, t.id, t.parent_id, t.slug, w.steps + 1
            from cms.pages t join way w on t.id = w.parent_id where w.steps < ${maxLevels}
        )
        select leaf, id, slug, parent_id as "parentId" from way order by leaf, steps desc`,
    );
    const ways = Map.groupBy(rows, ({ leaf }) => leaf);
    return ids.map((leaf) => {
      const way = ways.get(leaf) ?? [];
      // Where the first step has a page above it, that one has not been seen.
      return way[0]?.parentId === null ? way : null;
    });
  });
  return loader.load(id);
}
