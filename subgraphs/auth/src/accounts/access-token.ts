import { isScope, scopesOfRole } from '@cdx/access';
import { unconfined } from '@cdx/kit';
import type { UserRow } from '@cdx/prisma-auth/tables';
import sql from 'sql-template-tag';
import type { Context } from '../context.ts';
import { idBytes } from '../walls.ts';

/** The audience of access tokens: what the gateway expects. */
const accessAudience = 'cdx';

/** A token with the seconds for which it is good. */
export interface AccessToken {
  readonly accessToken: string;
  readonly expiresIn: number;
}

/** A role or a single permission that a user has beside the account's role. */
interface Grant {
  /** The name of a built-in role; null for a tenant's own role and for a single permission. */
  readonly builtIn: string | null;
  readonly permissions: string;
  readonly expiresAt: Date | null;
}

function grantsOf({ db }: Context, user: UserRow): Promise<Grant[]> {
  const userId = idBytes(user.id);
  return db.many<Grant>(
    unconfined(
      'the token of the account that has just been proven',
      sql`select case when r.tenant_id is null then r.name end as builtIn, r.permissions as permissions,
          g.expires_at as expiresAt
        from user_roles g join roles r on r.id = g.role_id where g.user_id = ${userId}
      union all
      select null, json_array(p.key), null
        from user_permissions g join permissions p on p.id = g.permission_id where g.user_id = ${userId}`,
    ),
  );
}

/** What a built-in role gives is the matrix's to say; what else is granted is the database's. */
function scopesOf({ builtIn, permissions }: Grant): readonly string[] {
  return builtIn === null ? (JSON.parse(permissions) as readonly string[]) : scopesOfRole(builtIn);
}

const epochSeconds = (moment: Date): number => Math.floor(moment.getTime() / 1_000);

/**
 * The short-lived token that says who the user is: subject, tenant, organization, role, scopes and login. It ends when
 * the first of its grants does, so that no token outlives what it says; scopes that the matrix does not know are left out.
 * @param sessionId the login it belongs to
 */
export async function issueAccessToken(
  context: Context,
  user: UserRow,
  sessionId: string,
): Promise<AccessToken> {
  const { keys, settings } = context.services;
  // A token's time is in whole seconds: a grant in the last fraction of its last one has none left to give.
  const now = epochSeconds(new Date());
  const secondsLeft = ({ expiresAt }: Grant): number =>
    expiresAt === null ? settings.ACCESS_TOKEN_SECONDS : epochSeconds(expiresAt) - now;
  const grants = (await grantsOf(context, user)).filter((grant) => secondsLeft(grant) > 0);
  const scopes = [...scopesOfRole(user.role), ...grants.flatMap(scopesOf)].filter(isScope);
  const claims = {
    sub: user.id,
    tid: user.tenantId,
    oid: user.organizationId,
    role: user.role,
    scope: [...new Set(scopes)].sort().join(' '),
    sid: sessionId,
  };
  const expiresIn = Math.min(settings.ACCESS_TOKEN_SECONDS, ...grants.map(secondsLeft));
  return { accessToken: await keys.sign(claims, accessAudience, expiresIn, now), expiresIn };
}
