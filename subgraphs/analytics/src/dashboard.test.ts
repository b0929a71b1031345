import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId, type Identity } from '@cdx/kit';
import { codes, run, statementsOf } from '@cdx/kit/testing';
import {
  aDashboard,
  anAnalyticsSubgraph,
  aUser,
  contextOf,
  DirectDatabase,
  sqlState,
  superadmin,
} from './testing.ts';

const subgraph = anAnalyticsSubgraph();
const database = new DirectDatabase();
beforeAll(() => database.connect());
afterAll(() => Promise.all([subgraph.close(), database.end()]));

const config = {
  widgets: [
    {
      id: 'views',
      type: 'series',
      title: 'Views',
      metric: 'events.page_view',
      granularity: 'day',
      device: 'mobile',
    },
    { id: 'all', type: 'number', title: 'All', metric: 'events', granularity: 'week' },
    { id: 'top', type: 'top_events', title: 'Top', first: 5, layout: { x: 0, y: 0, width: 12, height: 4 } },
    { id: 'orders', type: 'funnel', title: 'Orders', steps: ['page_view', 'order.placed'] },
  ],
};

const create = (who: Identity, input: Record<string, unknown> = {}, key?: string) =>
  run(
    subgraph,
    who,
    `mutation ($input: CreateDashboardInput!, $key: String) { createDashboard(input: $input, idempotencyKey: $key) {
      id tenantId name description config isPublic createdBy { id } } }`,
    { input: { name: 'Sales', ...input }, key },
  );
const update = (who: Identity, id: string, input: Record<string, unknown>) =>
  run(
    subgraph,
    who,
    `mutation ($id: ID!, $input: UpdateDashboardInput!) { updateDashboard(id: $id, input: $input) {
      name description config isPublic } }`,
    { id, input },
  );
const remove = (who: Identity, id: string) =>
  run(subgraph, who, 'mutation ($id: ID!) { deleteDashboard(id: $id) }', { id });

async function isSeen(who: Identity, id: string): Promise<boolean> {
  const { data } = await run(subgraph, who, 'query ($id: ID!) { dashboard(id: $id) { id } }', { id });
  return data?.dashboard !== null;
}

describe('making a dashboard', () => {
  test.each(['admin', 'client', 'user'] as const)('is for a %s to do, who owns it then', async (role) => {
    const user = aUser({ role });
    const { data, errors } = await create(user, { description: 'Of the year', config, isPublic: true });
    expect(errors).toBeUndefined();
    expect(data?.createDashboard).toEqual({
      id: expect.any(String),
      tenantId: user.tenantId,
      name: 'Sales',
      description: 'Of the year',
      config,
      isPublic: true,
      createdBy: { id: user.userId },
    });
  });

  test('takes no more than a name: it is private then, and empty', async () => {
    const { data } = await create(aUser());
    expect(data?.createDashboard).toMatchObject({
      config: { widgets: [] },
      isPublic: false,
      description: null,
    });
  });

  test('for another tenant is for superadmins, who name it', async () => {
    const { tenantId } = aUser();
    expect((await create(superadmin, { tenantId })).data?.createDashboard).toMatchObject({ tenantId });
    expect(codes(await create(superadmin))).toEqual(['BAD_USER_INPUT']);
    expect(codes(await create(aUser(), { tenantId }))).toEqual(['FORBIDDEN']);
  });

  test('twice with one key makes it once', async () => {
    const user = aUser();
    const first = await create(user, {}, 'key');
    expect(first.errors).toBeUndefined();
    expect(await create(user, { name: 'Other' }, 'key')).toEqual(first);
  });

  const widget = config.widgets[0];
  const other = config.widgets[2];
  test.each([
    ['no name', { name: ' ' }, 'input.name'],
    ['a config that is a list', { config: [] }, 'input.config'],
    ['a config without widgets', { config: {} }, 'input.config.widgets'],
    ['something beside the widgets', { config: { widgets: [], theme: 'dark' } }, 'input.config.theme'],
    ['25 widgets', { config: { widgets: Array.from({ length: 25 }, () => widget) } }, 'input.config.widgets'],
    ['a widget that is a text', { config: { widgets: ['a'] } }, 'input.config.widgets.0'],
    [
      'a widget of no type',
      { config: { widgets: [{ ...widget, type: undefined }] } },
      'input.config.widgets.0.type',
    ],
    [
      'a widget of another type',
      { config: { widgets: [{ ...widget, type: 'pie' }] } },
      'input.config.widgets.0.type',
    ],
    [
      'a widget without a title',
      { config: { widgets: [{ ...widget, title: undefined }] } },
      'input.config.widgets.0.title',
    ],
    [
      'what its type has not',
      { config: { widgets: [{ ...other, metric: 'events' }] } },
      'input.config.widgets.0.metric',
    ],
    [
      'a metric that there is none',
      { config: { widgets: [{ ...widget, metric: 'money' }] } },
      'input.config.widgets.0.metric',
    ],
    [
      'a granularity that there is none',
      { config: { widgets: [{ ...widget, granularity: 'year' }] } },
      'input.config.widgets.0.granularity',
    ],
    [
      'a place off the grid',
      { config: { widgets: [{ ...other, layout: { x: 24, y: 0, width: 1, height: 1 } }] } },
      'input.config.widgets.0.layout.x',
    ],
    [
      'a step twice',
      { config: { widgets: [{ id: 'f', type: 'funnel', title: 'F', steps: ['a', 'a'] }] } },
      'input.config.widgets.0.steps',
    ],
    ['an id twice', { config: { widgets: [widget, widget] } }, 'input.config.widgets.1.id'],
    [
      'two parts of a metric',
      { config: { widgets: [{ ...widget, country: 'DE' }] } },
      'input.config.widgets.0',
    ],
    [
      'a part of users',
      { config: { widgets: [{ ...widget, metric: 'users' }] } },
      'input.config.widgets.0.metric',
    ],
  ])('with %s is refused, by its field', async (_, input, field) => {
    const user = aUser();
    const { errors } = await create(user, input);
    expect(errors?.map(({ extensions }) => [extensions.code, extensions.field])).toEqual([
      ['BAD_USER_INPUT', field],
    ]);
    expect((await run(subgraph, user, '{ dashboards { totalCount } }')).data).toEqual({
      dashboards: { totalCount: 0 },
    });
  });
});

test('the rules of a config are there to be read', async () => {
  const { data } = await run(subgraph, aUser({ role: 'user' }), '{ dashboardConfigSchema }');
  expect(data?.dashboardConfigSchema).toMatchObject({
    properties: { widgets: { type: 'array', maxItems: 24 } },
  });
});

describe('a dashboard', () => {
  const maker = aUser({ role: 'user' });
  const colleague = aUser({ role: 'client', tenantId: maker.tenantId });
  const admin = aUser({ tenantId: maker.tenantId });
  const stranger = aUser();
  const sees = async (id: string) =>
    Promise.all([maker, colleague, admin, stranger, superadmin].map((who) => isSeen(who, id)));

  test('is its maker’s and the admins’, and everybody’s in the tenant when it is public', async () => {
    const id = await aDashboard(subgraph, maker);
    expect(await sees(id)).toEqual([true, false, true, false, true]);
    await update(maker, id, { isPublic: true });
    expect(await sees(id)).toEqual([true, true, true, false, true]);
  });

  test('is changed by its maker and by superadmins, part by part', async () => {
    const id = await aDashboard(subgraph, maker, { description: 'First', isPublic: true });
    expect((await update(maker, id, { name: 'Second' })).data?.updateDashboard).toEqual({
      name: 'Second',
      description: 'First',
      config: { widgets: [] },
      isPublic: true,
    });
    const changed = await update(superadmin, id, { config, description: null });
    expect(changed.data?.updateDashboard).toMatchObject({ name: 'Second', config, description: null });
    expect(codes(await update(maker, id, { config: { widgets: [{}] } }))).toEqual(['BAD_USER_INPUT']);
  });

  test('is changed and deleted by nobody else, admins among them, though they see it', async () => {
    const id = await aDashboard(subgraph, maker, { isPublic: true });
    for (const who of [colleague, admin]) {
      expect(codes(await update(who, id, { name: 'Mine' }))).toEqual(['FORBIDDEN']);
      expect(codes(await remove(who, id))).toEqual(['FORBIDDEN']);
    }
    for (const work of [update(stranger, id, { name: 'Mine' }), remove(stranger, id)])
      expect(codes(await work)).toEqual(['NOT_FOUND']);
    expect(codes(await update(maker, newId(), { name: 'Mine' }))).toEqual(['NOT_FOUND']);
    const { rows } = await database.query('select name from analytics.dashboards where id = $1', [id]);
    expect(rows).toEqual([{ name: 'Sales' }]);
  });

  test('is gone when it is deleted', async () => {
    const id = await aDashboard(subgraph, maker);
    expect((await remove(maker, id)).data).toEqual({ deleteDashboard: id });
    expect(await isSeen(maker, id)).toBe(false);
  });

  test('is kept from others by the database too', async () => {
    const id = await aDashboard(subgraph, maker, { isPublic: true });
    const where = `where id = '${id}'`;
    for (const who of [colleague, admin, stranger]) {
      const change = `update analytics.dashboards set name = 'Mine' ${where}`;
      expect((await database.as(contextOf(who), [change])).rowCount).toBe(0);
      expect(
        (await database.as(contextOf(who), [`delete from analytics.dashboards ${where}`])).rowCount,
      ).toBe(0);
    }
    for (const change of [`tenant_id = '${stranger.tenantId}'`, `created_by = '${admin.userId}'`]) {
      const work = database.as(contextOf(maker), [`update analytics.dashboards set ${change} ${where}`]);
      expect([change, await sqlState(work)]).toEqual([change, '42501']);
    }
  });

  test('has its changes on the audit log of its tenant', async () => {
    const owner = aUser();
    const id = await aDashboard(subgraph, owner);
    await update(owner, id, { name: 'Renamed' });
    const source = '{ analyticsAuditLog { edges { node { action resourceId before after } } } }';
    const { data } = await run(subgraph, owner, source);
    const { edges } = data?.analyticsAuditLog as { edges: { node: Record<string, unknown> }[] };
    expect(edges.map(({ node }) => node)).toMatchObject([
      {
        action: 'analytics.updateDashboard',
        resourceId: id,
        before: { name: 'Sales' },
        after: { name: 'Renamed' },
      },
      { action: 'analytics.createDashboard', resourceId: id, before: null },
    ]);
  });
});

describe('the list of dashboards', () => {
  const maker = aUser({ role: 'client' });
  const colleague = aUser({ role: 'client', tenantId: maker.tenantId });
  beforeAll(async () => {
    for (const [name, isPublic] of [
      ['b', true],
      ['a', false],
      ['c', true],
    ] as const)
      await aDashboard(subgraph, maker, { name, isPublic });
  });

  const names = async (who: Identity, args = ''): Promise<unknown> => {
    const { data } = await run(subgraph, who, `{ dashboards${args} { edges { node { name } } } }`);
    return (data?.dashboards as { edges: { node: { name: string } }[] }).edges.map(({ node }) => node.name);
  };

  test('has what the caller sees, by name', async () => {
    expect(await names(maker)).toEqual(['a', 'b', 'c']);
    expect(await names(colleague)).toEqual(['b', 'c']);
    expect(await names(aUser())).toEqual([]);
    expect(await names(maker, '(filter: { isPublic: { eq: false } })')).toEqual(['a']);
    expect(await names(superadmin, `(filter: { tenantId: { eq: "${maker.tenantId}" } })`)).toEqual([
      'a',
      'b',
      'c',
    ]);
    expect(await names(aUser(), `(filter: { tenantId: { eq: "${maker.tenantId}" } })`)).toEqual([]);
  });

  test('is there of each user, of many in one statement', async () => {
    const all = [maker, colleague].map(({ userId: id }) => ({ __typename: 'User', id }));
    const source = `query ($all: [_Any!]!) { _entities(representations: $all) {
      ... on User { dashboards { totalCount edges { node { name } } } } } }`;
    const statements = await statementsOf(async () => {
      const { data } = await run(subgraph, colleague, source, { all });
      expect(data?._entities).toEqual([
        { dashboards: { totalCount: 2, edges: [{ node: { name: 'b' } }, { node: { name: 'c' } }] } },
        { dashboards: { totalCount: 0, edges: [] } },
      ]);
    });
    expect(statements).toHaveLength(1);
  });
});
