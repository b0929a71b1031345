import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createSubgraph, settingsSchema } from '@cdx/clients';
import { makeLogger, newId, type Subgraph } from '@cdx/kit';
import { databaseVariable } from '@cdx/kit/domains';
import { anIdentity, run, testDatabaseUrl } from '@cdx/kit/testing';
import { createConnection, type Connection } from 'mariadb';
import pg from 'pg';
import { domains, urlOf, type DatabaseUrls } from './urls.ts';
import { describeChain, verifyAuditLogs, type VerifiedDomainChain } from './verify-audit.ts';

const urls: DatabaseUrls = Object.fromEntries(
  domains.map((domain) => [domain, testDatabaseUrl(databaseVariable(domain))]),
);

let subgraph: Subgraph;
let owner: pg.Client;
beforeAll(async () => {
  subgraph = createSubgraph(
    settingsSchema.parse({ CLIENTS_DATABASE_URL: urlOf(urls, 'clients') }),
    makeLogger('test', 'silent'),
  );
  owner = new pg.Client({ connectionString: urlOf(urls, 'clients') });
  await owner.connect();
});
afterAll(async () => {
  await owner.end();
  await subgraph.close();
});

/** A tenant whose chain has nine entries. */
async function aTenant(): Promise<string> {
  const tenantId = `t_${newId().replaceAll('-', '')}`;
  const admin = anIdentity({
    role: 'admin',
    tenantId,
    userId: newId(),
    scopes: ['clients:provision', 'clients:read'],
  });
  for (let index = 0; index < 3; index += 1) {
    const input = { id: `c_${newId().replaceAll('-', '')}`, name: `Client ${index}` };
    const query = 'mutation ($input: ProvisionClientInput!) { provisionClient(input: $input) { id } }';
    expect((await run(subgraph, admin, query, { input })).errors).toBeUndefined();
  }
  return tenantId;
}

async function verified(chain: string): Promise<VerifiedDomainChain | undefined> {
  for await (const found of verifyAuditLogs(urls)) if (found.chain === chain) return found;
  return undefined;
}

/** What only the owner of the database can do, past the log's own triggers. */
async function tamper(statements: readonly string[], tenantId: string): Promise<void> {
  await owner.query('begin');
  await owner.query(`set local session_replication_role = 'replica'`);
  for (const statement of statements) await owner.query(statement, [tenantId]);
  await owner.query('commit');
}

test('a chain that nobody has touched holds', async () => {
  const chain = await aTenant();
  expect(await verified(chain)).toEqual({ domain: 'clients', chain, entries: 9, brokenLink: null });
});

describe('the first broken link is named', () => {
  test.each([
    [
      'when an entry was changed',
      [`update clients.audit_log set after = '{"name": "Another"}' where chain = $1 and sequence = 4`],
      4,
      'its hash is not that of its content',
    ],
    [
      'when an entry was changed with its hash',
      [`update clients.audit_log set previous_hash = repeat('1', 64) where chain = $1 and sequence = 4`],
      4,
      'its hash is not that of its content',
    ],
    [
      'when entries were taken out',
      ['delete from clients.audit_log where chain = $1 and sequence in (5, 6)'],
      5,
      'the entries up to 6 are missing',
    ],
    [
      'when entries were cut off at the end',
      ['delete from clients.audit_log where chain = $1 and sequence = 9'],
      9,
      'the entry is missing',
    ],
    [
      'when an entry was put in, and the others moved',
      [
        'update clients.audit_log set sequence = sequence + 100 where chain = $1 and sequence > 2',
        `insert into clients.audit_log select gen_random_uuid(), chain, 3, tenant_id, actor_id, actor_kind, 'none',
          resource_type, resource_id, before, after, ip_address, user_agent, request_id, previous_hash, hash, created_at
          from clients.audit_log where chain = $1 and sequence = 2`,
        'update clients.audit_log set sequence = sequence - 99 where chain = $1 and sequence > 100',
      ],
      3,
      'its hash is not that of its content',
    ],
    [
      'when all entries were taken out',
      ['delete from clients.audit_log where chain = $1'],
      1,
      'the entries up to 9 are missing',
    ],
    [
      'when the head of the chain was moved',
      ['update clients.audit_chains set sequence = 8 where chain = $1'],
      9,
      'the head of the chain is at 8',
    ],
  ])('%s', async (_, statements, sequence, problem) => {
    const chain = await aTenant();
    await tamper(statements, chain);

    const found = await verified(chain);

    expect(found?.brokenLink).toMatchObject({ sequence, problem });
    expect(found && describeChain(found)).toMatch(
      new RegExp(`clients +${chain} .*BROKEN at ${sequence}.*: ${problem}`),
    );
  });
});

describe('in MySQL', () => {
  let connection: Connection;
  beforeAll(async () => {
    connection = await createConnection(urlOf(urls, 'auth').replace(/^mysql:/, 'mariadb:'));
  });
  afterAll(() => connection.end());

  test.each(["update audit_log set action = 'nothing'", 'delete from audit_log'])(
    'the database refuses %j, to its owner too',
    async (statement) => {
      await anEntry();
      await expect(connection.query(statement)).rejects.toThrow('the audit log is only ever added to');
    },
  );

  /** An entry that was made past the application, in a chain of its own. */
  async function anEntry(): Promise<string> {
    const chain = `t_${newId().replaceAll('-', '')}`;
    await connection.query('insert into audit_chains (chain) values (?)', [chain]);
    await connection.query(
      `insert into audit_log (id, chain, sequence, tenant_id, actor_kind, action, resource_type, request_id,
        previous_hash, hash, created_at)
      values (?, ?, 1, ?, 'service', 'none', 'None', 'r', repeat('0', 64), repeat('1', 64), now(3))`,
      [Buffer.from(newId().replaceAll('-', ''), 'hex'), chain, chain],
    );
    return chain;
  }

  test('an entry that was put in is named', async () => {
    const chain = await anEntry();
    expect((await verified(chain))?.brokenLink).toMatchObject({
      sequence: 1,
      problem: 'its hash is not that of its content',
    });
  });
});

test('the logs of all domains are verified', async () => {
  const verifiedDomains = new Set<string>();
  for await (const { domain } of verifyAuditLogs(urls)) verifiedDomains.add(domain);
  expect(verifiedDomains).toContain('clients');
  expect(verifiedDomains).toContain('auth');
});
