import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeLogger } from '@cdx/kit';
import { testDatabaseUrl } from '@cdx/kit/testing';
import { createSubgraph, settingsSchema, type AuthSubgraph } from './subgraph.ts';

/** The auth subgraph on the test run's database, with keys and an outbox of its own. */
export async function anAuthSubgraph(
  parts: Readonly<Record<string, string>> = {},
): Promise<{ subgraph: AuthSubgraph; outbox: string; keysFile: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'cdx-auth-'));
  const outbox = join(folder, 'outbox');
  const keysFile = join(folder, 'keys.json');
  const settings = settingsSchema.parse({
    AUTH_DATABASE_URL: testDatabaseUrl('AUTH_DATABASE_URL'),
    AUTH_SIGNING_KEYS_FILE: keysFile,
    MAIL_OUTBOX_DIR: outbox,
    ...parts,
  });
  return { subgraph: await createSubgraph(settings, makeLogger('test', 'silent')), outbox, keysFile };
}
