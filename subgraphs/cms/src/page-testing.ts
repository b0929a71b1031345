import type { Identity, Subgraph } from '@cdx/kit';
import { run } from '@cdx/kit/testing';
import { aPage, ask, aUser } from './testing.ts';

/** A page as a tree shows it. */
export interface Entry {
  readonly id: string;
  readonly parentId: string | null;
  readonly path: string;
  readonly depth: number;
  readonly sortOrder: number;
}

/** The whole tree that somebody sees. */
export async function treeOf(subgraph: Subgraph, who: Identity, args = ''): Promise<readonly Entry[]> {
  const source = `{ pageTree${args} { entries { id parentId path depth sortOrder } truncated } }`;
  const { entries, truncated } = (await ask(subgraph, who, source)) as {
    entries: Entry[];
    truncated: boolean;
  };
  if (truncated) throw new Error('The tree was cut');
  return entries;
}

/** The paths of the whole tree that somebody sees. */
export const pathsOf = async (subgraph: Subgraph, who: Identity, args = ''): Promise<string[]> =>
  (await treeOf(subgraph, who, args)).map(({ path }) => path);

/** Moves a page; answers what became of it. */
export const move = (
  subgraph: Subgraph,
  who: Identity,
  id: string,
  parentId: string | null,
  position?: number,
): ReturnType<typeof run> =>
  run(
    subgraph,
    who,
    `mutation ($id: ID!, $parentId: ID, $position: Int) {
      movePage(id: $id, parentId: $parentId, position: $position) { path sortOrder } }`,
    { id, parentId, position },
  );

/** A tenant with its admin and some pages, by their slugs. */
export type Site = Readonly<Record<'a' | 'b' | 'c' | 'd', string>> & { readonly admin: Identity };

/** A tenant with the pages /a, /a/b, /a/b/c and /d. */
export async function aSite(subgraph: Subgraph): Promise<Site> {
  const admin = aUser();
  const make = (slug: string, parentId?: string): Promise<string> =>
    aPage(subgraph, admin, { slug, parentId });
  const a = await make('a');
  const b = await make('b', a);
  return { admin, a, b, c: await make('c', b), d: await make('d') };
}
