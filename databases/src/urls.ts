import { databaseVariable, domainFolders } from '@cdx/kit/domains';

/** The databases of the product, by the domain that owns each. */
export const domains: readonly string[] = domainFolders.map(({ name }) => name);

/** Where each domain's database is. */
export type DatabaseUrls = Readonly<Record<string, string>>;

/**
 * Where a domain's database is.
 * @throws Error when none is known
 */
export function urlOf(urls: DatabaseUrls, domain: string): string {
  const url = urls[domain];
  if (url === undefined) throw new Error(`There is no database for ${domain}`);
  return url;
}

/** Where every domain's database is when the Postgres domains share one, a schema each, and MySQL is auth's alone. */
export function sharedUrls(postgresUrl: string, mysqlUrl: string): DatabaseUrls {
  return Object.fromEntries(
    domainFolders.map(({ name, dialect }) => [name, dialect === 'mysql' ? mysqlUrl : postgresUrl]),
  );
}

/** What gateway, subgraphs and tests read of it: `CRM_DATABASE_URL` and the others. */
export function databaseEnvironment(urls: DatabaseUrls): Record<string, string> {
  return Object.fromEntries(domains.map((domain) => [databaseVariable(domain), urlOf(urls, domain)]));
}

/** A URL that may be shown: host and database, without user and password. */
export function publicUrl(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}
