/** What the access matrix is made of; the matrix itself is in matrix.ts and domains/. */

/** The roles that an account may have. */
export const accountRoles = ['superadmin', 'admin', 'client', 'user'] as const;

export type AccountRole = (typeof accountRoles)[number];

/** Nothing, reading, or reading and writing; `own` is the caller's tenant and, of what belongs to a user, the caller's. */
export type Right = '-' | 'r' | 'r own' | 'rw' | 'rw own';

/** A right of its own, beside reading and writing a domain. */
export interface SpecialScope {
  readonly description: string;
  readonly roles: readonly AccountRole[];
  /** The root fields that need it in place of `<domain>:read` or `<domain>:write`. */
  readonly fields: readonly string[];
}

/** Coordinates whose policy is not the one that the domain's rows and columns give. */
export interface Exception {
  /**
   * `public`: anybody. `authenticated`: whoever has logged in. `read`: a mutation that reading is enough for.
   * `internal`: nobody but the product itself; callers do not even see it.
   */
  readonly policy: 'public' | 'authenticated' | 'read' | 'internal';
  readonly coordinates: readonly string[];
  readonly reason: string;
}

/** Root fields for which the subgraph asks for the role superadmin too, whatever scopes a caller has been given. */
export interface SuperadminFields {
  readonly fields: readonly string[];
  readonly reason: string;
}

/** One domain: a column of the matrix, and what departs from it. */
export interface DomainAccess {
  /** What is in it, for descriptions: `Read <holds>`. */
  readonly holds: string;
  readonly rights: Readonly<Record<AccountRole, Right>>;
  readonly specialScopes?: Readonly<Record<string, SpecialScope>>;
  /** Its entities that other domains refer to and extend; there their own fields carry their own policy. */
  readonly entities?: readonly string[];
  readonly exceptions?: readonly Exception[];
  readonly superadminOnly?: readonly SuperadminFields[];
}
