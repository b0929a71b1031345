import { unconfined } from '@cdx/kit';
import type { UserRow } from '@cdx/prisma-auth/tables';
import sql from 'sql-template-tag';
import type { Context } from '../context.ts';
import { idBytes } from '../walls.ts';

/** The audience of access tokens: what the gateway expects. */
const accessAudience = 'cdx';

/** The scopes of a user: those of the account's role, of granted roles that have not expired, and single ones. */
async function scopesOf({ db }: Context, user: UserRow): Promise<string[]> {
  const userId = idBytes(user.id);
  const rows = await db.many<{ permissions: unknown }>(
    unconfined(
      'the token of the account that has just been proven',
      sql`select r.permissions as permissions from roles r
        where (r.tenant_id is null and r.name = ${user.role})
          or r.id in (select g.role_id from user_roles g
            where g.user_id = ${userId} and (g.expires_at is null or g.expires_at > current_timestamp(3)))
      union all
      select json_array(p.key) from user_permissions g join permissions p on p.id = g.permission_id
        where g.user_id = ${userId}`,
    ),
  );
  const keys = rows.flatMap(({ permissions }) =>
    typeof permissions === 'string' ? (JSON.parse(permissions) as string[]) : (permissions as string[]),
  );
  return [...new Set(keys)].sort();
}

/**
 * The short-lived token that says who the user is: subject, tenant, organization, role, scopes and login.
 * @param sessionId the login it belongs to
 */
export async function issueAccessToken(context: Context, user: UserRow, sessionId: string): Promise<string> {
  const { keys, settings } = context.services;
  const claims = {
    sub: user.id,
    tid: user.tenantId,
    oid: user.organizationId,
    role: user.role,
    scope: (await scopesOf(context, user)).join(' '),
    sid: sessionId,
  };
  return keys.sign(claims, accessAudience, settings.ACCESS_TOKEN_SECONDS);
}
