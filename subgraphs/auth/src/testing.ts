import { mkdtempSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { anIdentity } from '@cdx/access/testing';
import { anonymous, makeLogger, newId, type Identity, type Role } from '@cdx/kit';
import { run, testDatabaseUrl } from '@cdx/kit/testing';
import { decodeJwt, type JWTPayload } from 'jose';
import { createSubgraph, settingsSchema, type AuthSubgraph } from './subgraph.ts';

/** What an access token says of its owner. */
export interface Claims extends JWTPayload {
  readonly sub: string;
  readonly tid: string | null;
  readonly oid: string | null;
  readonly role: Role;
  readonly sid: string;
}

/** A new account: its address, its tokens, and its owner as the gateway would know them. */
export interface Registered {
  readonly email: string;
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly identity: Identity;
  readonly userId: string;
  readonly sessionId: string;
}

/** The auth subgraph on the test run's database, with keys and an outbox of its own, and what its tests do with it. */
export interface TestAuth {
  readonly subgraph: AuthSubgraph;
  readonly outbox: string;
  readonly keysFile: string;
  /** Makes an account, the admin of a new organization where one is named. */
  readonly register: (organizationName?: string) => Promise<Registered>;
  /** What happened to an account, the first event first. */
  readonly eventsOf: (userId: string) => Promise<string[]>;
  /** The token in the newest mail to an address with that subject, once it has been delivered. */
  readonly mailedToken: (to: string, subject: string) => Promise<string>;
}

/** The password of accounts that tests register. */
export const password = 'correct horse';

export async function anAuthSubgraph(parts: Readonly<Record<string, string>> = {}): Promise<TestAuth> {
  const folder = mkdtempSync(join(tmpdir(), 'cdx-auth-'));
  const outbox = join(folder, 'outbox');
  const keysFile = join(folder, 'keys.json');
  const settings = settingsSchema.parse({
    AUTH_DATABASE_URL: testDatabaseUrl('AUTH_DATABASE_URL'),
    AUTH_SIGNING_KEYS_FILE: keysFile,
    MAIL_OUTBOX_DIR: outbox,
    ...parts,
  });
  const subgraph = await createSubgraph(settings, makeLogger('test', 'silent'));
  return {
    subgraph,
    outbox,
    keysFile,
    register: (organizationName) => register(subgraph, organizationName),
    eventsOf: (userId) => eventsOf(subgraph, userId),
    mailedToken: (to, subject) => mailedToken(outbox, to, subject),
  };
}

async function register(subgraph: AuthSubgraph, organizationName?: string): Promise<Registered> {
  const email = `${newId()}@test.example`;
  const { data, errors } = await run(
    subgraph,
    anonymous,
    'mutation ($input: RegisterInput!) { register(input: $input) { accessToken refreshToken } }',
    { input: { email, password, name: 'Ann', organizationName } },
  );
  if (errors) throw new Error('The account could not be made', { cause: errors });
  const tokens = data?.register as Record<'accessToken' | 'refreshToken', string>;
  const { sub, tid, oid, role, sid } = decodeJwt<Claims>(tokens.accessToken);
  const identity = anIdentity({ userId: sub, tenantId: tid, organizationId: oid, role, sessionId: sid });
  return { email, ...tokens, identity, userId: sub, sessionId: sid };
}

async function eventsOf(subgraph: AuthSubgraph, userId: string): Promise<string[]> {
  const { data } = await run(
    subgraph,
    anIdentity({ role: 'superadmin', userId: newId() }),
    `{ authEvents(filter: { userId: { eq: "${userId}" } }, orderBy: { field: CREATED_AT }) {
        edges { node { eventType } } } }`,
  );
  const { edges } = data?.authEvents as { edges: { node: { eventType: string } }[] };
  return edges.map(({ node }) => node.eventType);
}

async function mailedToken(outbox: string, to: string, subject: string): Promise<string> {
  for (;;) {
    const files = await readdir(outbox).catch(() => []);
    const mails = await Promise.all(files.toSorted().map((file) => readFile(join(outbox, file), 'utf8')));
    const mail = mails.findLast((text) => text.includes(`To: ${to}`) && text.includes(`Subject: ${subject}`));
    const text = mail?.replaceAll('=\r\n', '').replaceAll('=3D', '=');
    const token = /token=([\w.-]+)\s/.exec(text ?? '')?.[1];
    if (token) return token;
    await setTimeout(20);
  }
}
