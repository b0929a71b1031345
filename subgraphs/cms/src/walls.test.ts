import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId, type Subgraph } from '@cdx/kit';
import {
  aConnection,
  aCmsSubgraph,
  aContentType,
  aContributor,
  anItem,
  aPage,
  ask,
  aUser,
  type Connection,
} from './testing.ts';

type Result = Awaited<ReturnType<Connection['query']>>;

let subgraph: Subgraph;
const database = aConnection();
const owner = aUser();
const stranger = aUser();
const contributor = aContributor(owner.tenantId);
let ids: Readonly<
  Record<'type' | 'other' | 'draft' | 'published' | 'own' | 'page' | 'strange' | 'strangePage', string>
>;

/** A tenant that has rows in each table, and another with its own. */
beforeAll(async () => {
  subgraph = await aCmsSubgraph({ CMS_MEDIA_PORT: '0' });
  await database.connect();
  const type = await aContentType(subgraph, owner);
  const published = await anItem(subgraph, owner, type);
  await ask(
    subgraph,
    owner,
    `mutation { updateContentItem(id: "${published}", input: { title: "Two" }) { id } }`,
  );
  await ask(subgraph, owner, `mutation { publishContentItem(id: "${published}") { id } }`);
  ids = {
    ...{ type, published, other: await aContentType(subgraph, owner) },
    draft: await anItem(subgraph, owner, type),
    own: await anItem(subgraph, contributor, type),
    page: await aPage(subgraph, owner),
    strange: await aContentType(subgraph, stranger),
    strangePage: await aPage(subgraph, stranger),
  };
  await database.query('begin');
  await database.query("select set_config('app.role', 'system', true)");
  await database.query(
    `insert into cms.media_files (id, tenant_id, filename, original_filename, mime_type, file_size, file_path, url, uploaded_by)
      values ($1, $2, 'a', 'a', 'image/png', 1, $3, 'u', $4)`,
    [newId(), owner.tenantId, `${newId()}/2026/11/${newId()}.png`, newId()],
  );
  await database.query('commit');
  await ask(
    subgraph,
    owner,
    'mutation { createMediaUpload(input: { filename: "a.png", mimeType: "image/png", fileSize: 1 }) { id } }',
  );
});
afterAll(() => Promise.all([subgraph.close(), database.end()]));

interface Caller {
  readonly role?: string;
  readonly tenantId?: string;
  readonly userId?: string | null;
}

/** Runs statements directly as the application's role in one transaction, and takes them back. */
async function as(
  { role = '', tenantId = '', userId }: Caller,
  ...statements: readonly string[]
): Promise<Result> {
  await database.query('begin');
  try {
    await database.query(
      `select set_config('role', 'cdx_app', true), set_config('app.role', $1, true), set_config('app.tenant_id', $2, true),
        set_config('app.user_id', $3, true)`,
      [role, tenantId, userId ?? ''],
    );
    let last: Result = { rows: [], rowCount: 0 };
    for (const statement of statements) last = await database.query(statement);
    return last;
  } finally {
    await database.query('rollback');
  }
}

const refusal = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => null,
    (error: unknown) => (error as { code?: string }).code,
  );

const tables = ['content_types', 'content_items', 'media_files', 'media_uploads', 'pages'];
const strangers: [string, Caller][] = [
  ['no context', {}],
  ['the context of nobody', { role: 'anonymous' }],
  ['the context of another tenant', stranger],
  ['the context of a reader of another tenant', { ...stranger, role: 'user' }],
];

describe.each(strangers)('direct SQL with %s', (_, caller) => {
  test.each(tables)('reads, changes and deletes no row of %s', async (table) => {
    const mine = `where tenant_id = '${owner.tenantId}'`;
    expect((await as(owner, `select from cms.${table} ${mine}`)).rowCount).toBeGreaterThan(0);
    expect((await as(caller, `select from cms.${table} ${mine}`)).rowCount).toBe(0);
    expect((await as(caller, `update cms.${table} set created_at = now() ${mine}`)).rowCount).toBe(0);
    expect((await as(caller, `delete from cms.${table} ${mine}`)).rowCount).toBe(0);
  });

  test.each(tables)('writes no row of the owner’s into %s', async (table) => {
    const write: Readonly<Record<string, string>> = {
      content_types: `(id, tenant_id, name, slug, schema) values ('${newId()}', '${owner.tenantId}', 'x', 'x', '{}')`,
      content_items: `(id, tenant_id, content_type_id, title, slug, author_id)
        values ('${newId()}', '${owner.tenantId}', '${ids.type}', 'x', 'x', '${newId()}')`,
      media_files: `(id, tenant_id, filename, original_filename, mime_type, file_size, file_path, url, uploaded_by)
        values ('${newId()}', '${owner.tenantId}', 'x', 'x', 'x', 1, '${newId()}/2026/11/${newId()}.png', 'x', '${newId()}')`,
      media_uploads: `(id, tenant_id, token_hash, original_filename, mime_type, file_size, file_path, requested_by, expires_at)
        values ('${newId()}', '${owner.tenantId}', 'x', 'x', 'x', 1, 'x', '${newId()}', now())`,
      pages: `(id, tenant_id, title, slug, author_id, sort_order) values ('${newId()}', '${owner.tenantId}', 'x', 'x', '${newId()}', 9)`,
    };
    expect(await refusal(as(caller, `insert into cms.${table} ${write[table] ?? ''}`))).toBe('42501');
  });
});

describe('who only reads', () => {
  const reader = { role: 'user', tenantId: owner.tenantId, userId: contributor.userId };
  const seen = async (statement: string): Promise<unknown[]> =>
    (await as(reader, statement)).rows.map(({ id }) => id);

  test('sees what is published and the own, and of the others’ no revision', async () => {
    expect((await seen('select id from cms.content_items order by created_at')).toSorted()).toEqual(
      [ids.published, ids.own].toSorted(),
    );
    expect(await seen('select id from cms.pages')).toEqual([]);
    const all = await as(owner, 'select from cms.content_items where parent_id is not null');
    expect(all.rowCount).toBe(1);
  });

  test('writes own drafts, and nothing else, whatever the application forgets', async () => {
    const rename = (id: string) =>
      `update cms.content_items set title = 'x', version = version + 1 where id = '${id}'`;
    expect((await as(reader, rename(ids.own))).rowCount).toBe(1);
    expect((await as(reader, rename(ids.published))).rowCount).toBe(0);
    const publish = `update cms.content_items set status = 'published' where id = '${ids.own}'`;
    expect(await refusal(as(reader, publish))).toBe('42501');
    const insert = (
      author: string,
    ) => `insert into cms.content_items (id, tenant_id, content_type_id, title, slug, author_id)
      values ('${newId()}', '${owner.tenantId}', '${ids.type}', 'x', 'x', '${author}')`;
    expect(await refusal(as(reader, insert(contributor.userId)))).toBeNull();
    expect(await refusal(as(reader, insert(owner.userId)))).toBe('42501');
    for (const table of ['content_types', 'media_files', 'pages'])
      expect((await as(reader, `delete from cms.${table}`)).rowCount).toBe(0);
    expect((await as(reader, "update cms.pages set title = 'x'")).rowCount).toBe(0);
    expect((await as(reader, "update cms.content_types set name = 'x'")).rowCount).toBe(0);
  });
});

describe('a row', () => {
  test.each([
    [
      'an item of a type of another tenant',
      () => `update cms.content_items set content_type_id = '${ids.strange}' where id = '${ids.draft}'`,
    ],
    [
      'an item of another type than before',
      () => `update cms.content_items set content_type_id = '${ids.other}' where id = '${ids.draft}'`,
    ],
    [
      'an item that changes its content and not its version',
      () => `update cms.content_items set title = 'x' where id = '${ids.draft}'`,
    ],
    [
      'an item that skips a version',
      () => `update cms.content_items set title = 'x', version = 9 where id = '${ids.draft}'`,
    ],
    [
      'a revision that changes',
      () => `update cms.content_items set title = 'x' where parent_id = '${ids.published}'`,
    ],
    [
      'an item that becomes a revision',
      () => `update cms.content_items set parent_id = '${ids.published}' where id = '${ids.draft}'`,
    ],
    [
      'an item with a wrong slug',
      () => `update cms.content_items set slug = 'A b', version = 2 where id = '${ids.draft}'`,
    ],
    ['a type with a wrong slug', () => `update cms.content_types set slug = '-' where id = '${ids.other}'`],
    ['a file with a path that is not ours', () => `update cms.media_files set file_path = '../x.png'`],
  ])('is not %s', async (_, statement) => {
    expect(await refusal(as(owner, statement()))).toMatch(/^(23514|23503)$/);
  });

  test('of another tenant is nobody’s parent, even to who sees both', async () => {
    const both = { role: 'superadmin' };
    const page = `update cms.pages set parent_id = '${ids.strangePage}' where id = '${ids.page}'`;
    expect(await refusal(as(both, page))).toBe('23503');
    const revision = `insert into cms.content_items (id, tenant_id, content_type_id, title, slug, author_id, version, parent_id)
      values ('${newId()}', '${stranger.tenantId}', '${ids.strange}', 'x', 'x', '${newId()}', 1, '${ids.draft}')`;
    expect(await refusal(as(both, revision))).toBe('23503');
  });

  test('that was left behind has an id of its time', async () => {
    const { rows } = await as(
      owner,
      `select id, created_at as at from cms.content_items where parent_id = '${ids.published}'`,
    );
    const [{ id, at } = {}] = rows as { id?: string; at?: Date }[];
    expect(id?.charAt(14)).toBe('7');
    expect(
      Math.abs(Number.parseInt(id?.replaceAll('-', '').slice(0, 12) ?? '', 16) - Number(at)),
    ).toBeLessThan(1_000);
  });
});
