import { connectForReading, verifyAuditLog, type VerifiedChain } from '@cdx/kit';
import { AuditEntry as authEntry } from '@cdx/prisma-auth/tables';
import { AuditEntry as clientsEntry } from '@cdx/prisma-clients/tables';
import { AuditEntry as templatesEntry } from '@cdx/prisma-templates/tables';
import { domains, type DatabaseUrls, type Domain } from './urls.ts';

/** A chain of a domain's audit log, verified. */
export interface VerifiedDomainChain extends VerifiedChain {
  readonly domain: Domain;
}

const entryTables = { auth: authEntry, clients: clientsEntry, templates: templatesEntry } as const;

/** Verifies every chain of every database, one after another. */
export async function* verifyAuditLogs(urls: DatabaseUrls): AsyncGenerator<VerifiedDomainChain> {
  for (const domain of domains) {
    const db = connectForReading(domain, urls[domain]);
    try {
      for await (const chain of verifyAuditLog({ db, table: entryTables[domain] }))
        yield { domain, ...chain };
    } finally {
      await db.close();
    }
  }
}

/** A line of the table that the command prints. */
export function describeChain({ domain, chain, entries, brokenLink }: VerifiedDomainChain): string {
  const found = brokenLink
    ? `BROKEN at ${brokenLink.sequence}${brokenLink.id === null ? '' : ` (${brokenLink.id})`}: ${brokenLink.problem}`
    : 'OK';
  return `${domain.padEnd(10)} ${(chain || '(no tenant)').padEnd(50)} ${String(entries).padStart(9)}  ${found}`;
}
