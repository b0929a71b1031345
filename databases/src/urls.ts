/** The databases of the product, by the domain that owns each. */
export const domains = ['auth', 'clients', 'templates'] as const;

export type Domain = (typeof domains)[number];

/** Where each domain's database is. */
export type DatabaseUrls = Readonly<Record<Domain, string>>;

/** The environment variable that names a domain's database. */
export function urlVariable(domain: Domain): string {
  return `${domain.toUpperCase()}_DATABASE_URL`;
}

/** A URL that may be shown: host and database, without user and password. */
export function publicUrl(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}
