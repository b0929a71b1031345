/** Migrates the databases that the environment names: what a deployment runs before its services start. */
import { readDatabaseUrls } from './locate.ts';
import { migrateUp } from './migrate.ts';
import { domains } from './urls.ts';

try {
  const urls = readDatabaseUrls(process.env);
  for (const domain of domains) {
    const url = urls[domain];
    if (url === undefined) continue;
    console.log(`${domain}: ${await migrateUp(domain, url)} migrations applied`);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
