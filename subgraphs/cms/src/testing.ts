import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { anIdentity } from '@cdx/access/testing';
import { makeLogger, newId, type Environment, type Identity, type Subgraph } from '@cdx/kit';
import { run, testDatabaseUrl } from '@cdx/kit/testing';
import { createSubgraph, settingsSchema } from './subgraph.ts';

/** The cms subgraph on the test run's database, with a folder of its own for files. */
export async function aCmsSubgraph(environment: Environment = {}): Promise<Subgraph> {
  const folder = await mkdtemp(join(tmpdir(), 'cdx-media-'));
  const settings = settingsSchema.parse({
    CMS_DATABASE_URL: testDatabaseUrl('CMS_DATABASE_URL'),
    CMS_MEDIA_FOLDER: folder,
    ...environment,
  });
  const subgraph = await createSubgraph(settings, makeLogger('test', 'silent'));
  return {
    ...subgraph,
    async close() {
      await subgraph.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Somebody new in a tenant that nobody else is in, so that what a test writes is seen by no other test. */
export function aUser(
  parts: Partial<Identity> = {},
): Identity & { readonly userId: string; readonly tenantId: string } {
  const tenantId = parts.tenantId ?? `t_${newId().replaceAll('-', '')}`;
  return { ...anIdentity({ role: 'admin', ...parts }), tenantId, userId: newId() };
}

/** Who belongs to no tenant and manages all. */
export const superadmin: Identity = { ...anIdentity({ role: 'superadmin' }), userId: newId() };

/** Somebody who only reads, and was given the scope to write. */
export function aContributor(tenantId: string): Identity & { readonly userId: string } {
  return aUser({ role: 'user', tenantId, scopes: ['cms:read', 'cms:write'] });
}

/** Runs what must go well; answers the data of its one field. */
export async function ask(
  subgraph: Subgraph,
  who: Identity,
  source: string,
  variables: Readonly<Record<string, unknown>> = {},
): Promise<unknown> {
  const { data, errors } = await run(subgraph, who, source, variables);
  if (errors?.[0]) throw errors[0];
  return Object.values(data ?? {})[0];
}

/** A text that nothing else is called. */
export const aSlug = (): string => `s-${newId()}`;

/** Makes something by the mutation that takes its input; answers its id. */
async function create(subgraph: Subgraph, who: Identity, type: string, input: object): Promise<string> {
  const source = `mutation ($input: Create${type}Input!) { create${type}(input: $input) { id } }`;
  return ((await ask(subgraph, who, source, { input })) as { id: string }).id;
}

/** A schema of articles. */
export const articles = {
  type: 'object',
  properties: {
    title: { type: 'string', maxLength: 200 },
    body: { type: 'string' },
    tags: { type: 'array' },
  },
  required: ['title'],
  additionalProperties: false,
};

export const aContentType = (subgraph: Subgraph, who: Identity, parts: object = {}): Promise<string> =>
  create(subgraph, who, 'ContentType', { name: 'Article', slug: aSlug(), schema: articles, ...parts });

export const anItem = (
  subgraph: Subgraph,
  who: Identity,
  contentTypeId: string,
  parts: object = {},
): Promise<string> =>
  create(subgraph, who, 'ContentItem', {
    ...{ contentTypeId, title: 'Hello', slug: aSlug(), data: { title: 'Hello' } },
    ...parts,
  });

export const aPage = (subgraph: Subgraph, who: Identity, parts: object = {}): Promise<string> =>
  create(subgraph, who, 'Page', { title: 'Page', slug: aSlug(), ...parts });

/** The mutation that changes an item. */
export const changing = (id: string, input: string): string =>
  `mutation { updateContentItem(id: "${id}", input: { ${input} }) { version title slug data status } }`;

/** The mutation that does something to an item. */
export const doing = (id: string, name: string, args = ''): string =>
  `mutation { ${name}(id: "${id}"${args}) { status } }`;

/** A connection that goes past the kit, as the owner of the tables. */
export interface Connection {
  connect(): Promise<void>;
  query(
    text: string,
    values?: readonly unknown[],
  ): Promise<{ readonly rows: Record<string, unknown>[]; readonly rowCount: number }>;
  end(): Promise<void>;
}

/** A connection to the test run's database, not opened yet: for tests of the database itself. */
export function aConnection(): Connection {
  // The kit's driver: subgraphs reach the database through the kit, and only tests of the database go past it.
  const { Client } = createRequire(new URL('../../../kit/package.json', import.meta.url))('pg') as {
    Client: new (settings: { connectionString: string }) => Connection;
  };
  return new Client({ connectionString: testDatabaseUrl('CMS_DATABASE_URL') });
}
