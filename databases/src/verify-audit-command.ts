/**
 * `npm run audit:verify`: verifies every chain of the audit logs and names the first broken link of each that does not
 * hold; ends with code 1 when there is one. Databases that the environment does not name are the embedded ones of the
 * folder `.data`, which no running `npm start` may hold at the same time.
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { databaseVariable } from '@cdx/kit/domains';
import { readDatabaseUrls, startDatabases } from './locate.ts';
import { domains } from './urls.ts';
import { describeChain, verifyAuditLogs } from './verify-audit.ts';

const root = resolve(import.meta.dirname, '../..');
const dataDir = resolve('.data');

try {
  const given = readDatabaseUrls(process.env);
  const missing = domains.filter((domain) => given[domain] === undefined);
  if (missing.length > 0 && !existsSync(dataDir)) {
    throw new Error(`Say where the databases are: ${missing.map(databaseVariable).join(', ')}`);
  }
  const databases = await startDatabases({
    dataDir,
    cacheDir: resolve(root, '.cache'),
    env: process.env,
    onProgress: (step) => console.error(`cdx: ${step} …`),
  });
  try {
    console.log(`${'domain'.padEnd(10)} ${'chain'.padEnd(50)} ${'entries'.padStart(9)}  result`);
    let broken = 0;
    for await (const chain of verifyAuditLogs(databases.urls)) {
      console.log(describeChain(chain));
      if (chain.brokenLink) broken += 1;
    }
    console.log(broken === 0 ? 'All chains hold.' : `${broken} broken`);
    process.exitCode = broken === 0 ? 0 : 1;
  } finally {
    await databases.stop();
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
