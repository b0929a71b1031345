import {
  accountRoles,
  domainAccess,
  permitted,
  policyOf,
  scopes,
  serviceAccess,
  sharedTypes,
  superadminReason,
  type DomainAccess,
  type Policy,
  type Right,
} from '@cdx/access';
import { policyPlaces } from '../compose/policies.ts';
import type { ComposedSubgraph } from '../compose/index.ts';

type Contract = Pick<ComposedSubgraph, 'name' | 'typeDefs'>;

const callers = [...accountRoles, 'anonymous'] as const;

const rights: Readonly<Record<Right, string>> = {
  '-': '–',
  r: 'reads',
  'r own': 'reads own',
  rw: 'reads, writes',
  'rw own': 'reads, writes own',
};

/** The page of who may do what: the access matrix, then every field and type of the graph with what it needs. */
export function describeAccess(contracts: readonly Contract[]): string {
  const placesOf = new Map(contracts.map(({ name, typeDefs }) => [name, policyPlaces(name, typeDefs)]));
  const present = new Set([...placesOf.values()].flat().map(({ coordinate }) => coordinate));
  return [
    '# Access',
    introduction,
    '## The matrix',
    table(['domain', 'what is in it', ...accountRoles], Object.entries(domainAccess).map(matrixRow)),
    '## Special scopes',
    'What reading and writing a domain do not give.',
    table(
      ['scope', 'what it lets its holder do', 'roles that have it'],
      scopes
        .filter(({ name, domain }) => name !== `${domain}:read` && name !== `${domain}:write`)
        .map(({ name, description, roles }) => [`\`${name}\``, description, roles.join(', ')]),
    ),
    '## Services',
    'What one service may ask of the others when it acts for itself.',
    serviceTable(),
    '## In any domain',
    'Values, as safe as the field that answers with them.',
    table(
      header,
      sharedTypes
        .filter((type) => present.has(type))
        .map((type) => [`\`${type}\``, needs('public'), ...callers.map(() => 'yes')]),
    ),
    ...[...placesOf].flatMap(([name, places]) => describeDomain(name, places)),
  ].join('\n\n');
}

const introduction = `Who may do what is said in one place, [access/src/matrix.ts](../access/src/matrix.ts), with a file for each domain
that departs from its row. An access token carries the scopes that the matrix gives the account’s role, with those of the
roles and permissions that the account has been granted besides; composition refuses a subgraph whose policies are not
the matrix’s; the gateway cuts from an operation what its caller may not ask for, and the subgraph refuses it once more.

\`own\` is the caller’s tenant and, of what belongs to a user, the caller’s. Whatever a role reads or writes is confined to
its tenant by the databases; a superadmin alone reaches all of them. A tenant’s own role, or a single permission, gives its
scopes to whoever has been granted it, until the grant is revoked or ends.`;

function matrixRow([domain, { holds, rights: given }]: [string, DomainAccess]): string[] {
  return [domain, holds, ...accountRoles.map((role) => rights[given[role]])];
}

function serviceTable(): string {
  const reached = Object.keys(domainAccess).filter((domain) =>
    Object.values(serviceAccess).some((given) => domain in given),
  );
  return table(
    ['service', ...reached],
    Object.entries(serviceAccess).map(([service, given]) => [
      service,
      ...reached.map((domain) => given[domain] ?? '–'),
    ]),
  );
}

const header = ['field or type', 'needs', ...callers];
const sections = [/^Query\./, /^Mutation\./, /\./, /^/];

/** A domain's root fields, then what it adds to other domains' entities, then its types, each as its schema has them. */
function describeDomain(domain: string, places: ReturnType<typeof policyPlaces>): string[] {
  const rank = (coordinate: string): number => sections.findIndex((form) => form.test(coordinate));
  const rows = places
    .filter(({ coordinate, isForeign }) => isForeign !== true && !sharedTypes.includes(coordinate))
    .toSorted((a, b) => rank(a.coordinate) - rank(b.coordinate))
    .map(({ coordinate }) => [
      `\`${coordinate}\``,
      needs(policyOf(domain, coordinate)) +
        (superadminReason(domain, coordinate) === undefined ? '' : ' and the role superadmin'),
      ...callers.map((caller) => permitted(caller, domain, coordinate)),
    ]);
  return [`## ${domain}`, table(header, rows), reasons(domain)].filter((part) => part !== '');
}

function needs(policy: Policy): string {
  if (policy === 'public') return 'nothing';
  if (policy === 'internal') return 'to be the product itself';
  return policy === 'authenticated' ? 'a login' : `\`${policy.scope}\``;
}

/** Why coordinates of a domain need something else than the matrix's column says. */
function reasons(domain: string): string {
  const { exceptions = [], superadminOnly = [] } = domainAccess[domain] ?? {};
  const list = (coordinates: readonly string[]): string =>
    coordinates.map((coordinate) => `\`${coordinate}\``).join(', ');
  return [
    ...exceptions.map(({ coordinates, reason }) => `- ${list(coordinates)}: ${reason}.`),
    ...superadminOnly.map(({ fields, reason }) => `- ${list(fields)}: superadmins alone, since ${reason}.`),
  ].join('\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
