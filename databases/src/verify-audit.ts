import { connectForReading, verifyAuditLog, type TableDescriptor, type VerifiedChain } from '@cdx/kit';
import { domains, urlOf, type DatabaseUrls } from './urls.ts';

/** A chain of a domain's audit log, verified. */
export interface VerifiedDomainChain extends VerifiedChain {
  readonly domain: string;
}

/** The descriptor of a domain's audit log, which the kit's generator has written. */
async function entryTable(domain: string): Promise<TableDescriptor> {
  const file = new URL(`../../prisma/${domain}/generated/tables.ts`, import.meta.url);
  const { AuditEntry } = (await import(file.href)) as { readonly AuditEntry?: TableDescriptor };
  if (!AuditEntry) throw new Error(`prisma/${domain}/schema.prisma has no model AuditEntry`);
  return AuditEntry;
}

/** Verifies every chain of every database, one after another. */
export async function* verifyAuditLogs(urls: DatabaseUrls): AsyncGenerator<VerifiedDomainChain> {
  for (const domain of domains) {
    const table = await entryTable(domain);
    const db = connectForReading(domain, urlOf(urls, domain));
    try {
      for await (const chain of verifyAuditLog({ db, table })) yield { domain, ...chain };
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
