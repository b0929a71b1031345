import { createRequire } from 'node:module';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { newId } from '@cdx/kit';
import { testDatabaseUrl } from '@cdx/kit/testing';

interface Connection {
  connect(): Promise<void>;
  query(
    text: string,
    values?: readonly unknown[],
  ): Promise<{ rows: Record<string, unknown>[]; rowCount: number }>;
  end(): Promise<void>;
}

// The kit's driver: subgraphs reach the database through the kit, and only tests of the database go past it.
const { Client } = createRequire(new URL('../../../kit/package.json', import.meta.url))('pg') as {
  Client: new (settings: { connectionString: string }) => Connection;
};

/** What Postgres itself keeps, whoever writes; each test in a transaction that is undone. */
const database = new Client({ connectionString: testDatabaseUrl('CRM_DATABASE_URL') });
beforeAll(() => database.connect());
afterAll(() => database.end());
beforeEach(async () => {
  await database.query('rollback');
  await database.query('begin');
  await actAs('system');
});

/** What follows runs as the application, for somebody of a role and a tenant. */
async function actAs(role: string, tenantId = ''): Promise<void> {
  await database.query(
    "select set_config('role', 'cdx_app', true), set_config('app.role', $1, true), set_config('app.tenant_id', $2, true)",
    [role, tenantId],
  );
}

type Row = Readonly<Record<string, unknown>>;

async function insert(table: string, row: Row): Promise<string> {
  const columns = Object.keys(row);
  const places = columns.map((_, index) => `$${index + 1}`);
  await database.query(
    `insert into crm.${table} (${columns.join(', ')}) values (${places.join(', ')})`,
    Object.values(row),
  );
  return String(row.id);
}

const stages = (...list: Row[]): string => JSON.stringify(list);
const prospect = { stage: 'prospect', name: 'Prospect', order: 1, probability: 10 };

const customer = (more: Row = {}) =>
  insert('customers', { id: newId(), tenant_id: 'one', email: `${newId()}@example.com`, ...more });
const pipeline = (more: Row = {}) =>
  insert('pipelines', { id: newId(), tenant_id: 'one', name: 'P', stages: stages(prospect), ...more });
const lead = async (more: Row = {}) =>
  insert('leads', {
    ...{ id: newId(), tenant_id: 'one', title: 'L', currency: 'EUR' },
    ...more,
    customer_id: more.customer_id ?? (await customer()),
  });
const interaction = async (more: Row = {}) =>
  insert('interactions', {
    ...{ id: newId(), tenant_id: 'one', type: 'note', subject: 'I' },
    ...more,
    customer_id: more.customer_id ?? (await customer()),
  });

/** SQLSTATE: a check, a missing reference, a value that is taken. */
const [check, reference, taken] = ['23514', '23503', '23505'];
const closed = { stage: 'closed', closed_at: new Date(), probability: 100 };

describe('the database refuses', () => {
  test.each<[string, () => Promise<unknown>, string]>([
    ['an address with a capital letter', () => customer({ email: 'Ann@example.com' }), check],
    ['tags that are no list', () => customer({ tags: '{}' }), check],
    ['a pipeline without stages', () => pipeline({ stages: '[]' }), check],
    ['stages that are no list', () => pipeline({ stages: '{}' }), check],
    [
      'a stage that leads have not',
      () => pipeline({ stages: stages({ ...prospect, stage: 'talk' }) }),
      check,
    ],
    ['a stage without a name', () => pipeline({ stages: stages({ ...prospect, name: ' ' }) }), check],
    ['a stage without an order', () => pipeline({ stages: stages({ ...prospect, order: null }) }), check],
    ['a probability of 101', () => pipeline({ stages: stages({ ...prospect, probability: 101 }) }), check],
    ['a probability of 1.5', () => pipeline({ stages: stages({ ...prospect, probability: 1.5 }) }), check],
    ['a probability as text', () => pipeline({ stages: stages({ ...prospect, probability: '10' }) }), check],
    [
      'a name twice',
      () =>
        pipeline({
          stages: stages(prospect, { ...prospect, stage: 'proposal', order: 2, name: 'PROSPECT' }),
        }),
      check,
    ],
    [
      'a stage twice',
      () => pipeline({ stages: stages(prospect, { ...prospect, name: 'B', order: 2 }) }),
      check,
    ],
    ['a negative value', () => lead({ value: -1 }), check],
    ['a currency of two letters', () => lead({ currency: 'EU' }), check],
    ['a probability above 100 of a lead', () => lead({ probability: 101 }), check],
    ['a closed lead that is neither won nor lost', () => lead({ ...closed, probability: 50 }), check],
    ['a won lead with a reason to be lost', () => lead({ ...closed, lost_reason: 'Price' }), check],
    ['a lost lead without a reason', () => lead({ ...closed, probability: 0 }), check],
    ['a lost lead that is open', () => lead({ lost_reason: 'Price' }), check],
    ['a closed lead without its time', () => lead({ stage: 'closed', probability: 100 }), check],
    ['an open lead with a time of closing', () => lead({ closed_at: new Date() }), check],
    ['a note with a schedule', () => interaction({ scheduled_at: new Date() }), check],
    ['a note that was completed', () => interaction({ completed_at: new Date() }), check],
    ['a call that was neither planned nor made', () => interaction({ type: 'call' }), check],
  ])('%s', async (_, write, code) => {
    await expect(write()).rejects.toMatchObject({ code });
  });

  test('an address twice in a tenant', async () => {
    await customer({ email: 'ann@example.com' });
    await customer({ email: 'ann@example.com', tenant_id: 'two' });
    await expect(customer({ email: 'ann@example.com' })).rejects.toMatchObject({ code: taken });
  });

  test('a second default pipeline of a tenant', async () => {
    await pipeline({ is_default: true });
    await pipeline({ is_default: true, tenant_id: 'two' });
    await expect(pipeline({ is_default: true })).rejects.toMatchObject({ code: taken });
  });

  test.each<[string, () => Promise<unknown>]>([
    [
      'a lead of another tenant’s customer',
      async () => lead({ customer_id: await customer({ tenant_id: 'two' }) }),
    ],
    [
      'a lead in another tenant’s pipeline',
      async () => lead({ pipeline_id: await pipeline({ tenant_id: 'two' }) }),
    ],
    [
      'an interaction with another tenant’s customer',
      async () => interaction({ customer_id: await customer({ tenant_id: 'two' }) }),
    ],
    ['an interaction about another customer’s lead', async () => interaction({ lead_id: await lead() })],
  ])('%s', async (_, write) => {
    await expect(write()).rejects.toMatchObject({ code: reference });
  });

  test('an open lead at a stage that its pipeline has not, made so or moved', async () => {
    const pipelineId = await pipeline();
    const id = await lead({ pipeline_id: pipelineId });
    await lead({ pipeline_id: pipelineId, ...closed });
    await database.query('savepoint before');
    await expect(lead({ pipeline_id: pipelineId, stage: 'proposal' })).rejects.toMatchObject({ code: check });
    await database.query('rollback to before');
    const move = database.query("update crm.leads set stage = 'proposal' where id = $1", [id]);
    await expect(move).rejects.toMatchObject({ code: check });
  });

  test('a pipeline to lose the stage of an open lead', async () => {
    const id = await pipeline();
    await lead({ pipeline_id: id });
    const change = database.query('update crm.pipelines set stages = $2 where id = $1', [
      id,
      stages({ ...prospect, stage: 'proposal' }),
    ]);
    await expect(change).rejects.toMatchObject({ code: check });
  });

  test.each(['customers', 'pipelines'])('to delete %s that leads are of', async (table) => {
    const [customer_id, pipeline_id] = [await customer(), await pipeline()];
    await lead({ customer_id, pipeline_id });
    const id = table === 'customers' ? customer_id : pipeline_id;
    await expect(database.query(`delete from crm.${table} where id = $1`, [id])).rejects.toMatchObject({
      code: reference,
    });
  });
});

describe('somebody of a tenant', () => {
  const make = { customers: customer, pipelines: pipeline, leads: lead, interactions: interaction };
  const tables = Object.entries(make);

  test.each(tables)('sees, changes and deletes no other’s %s', async (table, makeRow) => {
    const id = await makeRow();
    for (const [role, tenantId] of [
      ['admin', 'two'],
      ['admin', ''],
      ['', ''],
    ] as const) {
      await actAs(role, tenantId);
      for (const statement of [
        `select from crm.${table} where id = $1`,
        `update crm.${table} set tenant_id = tenant_id where id = $1`,
        `delete from crm.${table} where id = $1`,
      ])
        expect((await database.query(statement, [id])).rowCount).toBe(0);
    }
    await actAs('admin', 'one');
    expect((await database.query(`select from crm.${table} where id = $1`, [id])).rowCount).toBe(1);
  });

  test.each(tables)('puts no %s into another tenant', async (_, makeRow) => {
    const customer_id = await customer();
    const more = makeRow === lead || makeRow === interaction ? { customer_id } : {};
    await actAs('admin', 'two');
    await expect(makeRow(more)).rejects.toMatchObject({ code: '42501' });
  });

  test('gives nothing away to another tenant', async () => {
    const id = await customer({ tenant_id: 'two' });
    await actAs('admin', 'two');
    const give = database.query("update crm.customers set tenant_id = 'one' where id = $1", [id]);
    await expect(give).rejects.toMatchObject({ code: '42501' });
  });
});
