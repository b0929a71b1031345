/** Who asks in the benchmark and what there is to ask for, read from the product itself. */

/** A tenant as its admin sees it. */
export interface Tenant {
  readonly id: string;
  /** The `Authorization` header of its admin. */
  readonly authorization: string;
  readonly clientIds: readonly string[];
  readonly userIds: readonly string[];
}

export interface World {
  readonly tenants: readonly Tenant[];
  /** The `Authorization` header of the superadmin. */
  readonly superadmin: string;
  readonly clientIds: readonly string[];
}

/** Sends one operation and answers its data; throws with the first error. */
export async function ask<Data>(
  url: string,
  query: string,
  options: { readonly variables?: object; readonly authorization?: string } = {},
): Promise<Data> {
  const { variables, authorization } = options;
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(authorization === undefined ? {} : { authorization }),
    },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as {
    readonly data?: Data;
    readonly errors?: readonly { readonly message: string }[];
  };
  if (errors?.[0] || data === undefined) throw new Error(errors?.[0]?.message ?? 'There is no answer');
  return data;
}

async function logIn(url: string, email: string): Promise<string> {
  const { login } = await ask<{ login: { accessToken: string } }>(
    url,
    'mutation ($email: String!) { login(email: $email, password: "cdx-demo") { accessToken } }',
    { variables: { email } },
  ).catch((error: unknown) => {
    throw new Error(`${email} cannot log in: ${error instanceof Error ? error.message : String(error)}`);
  });
  return `Bearer ${login.accessToken}`;
}

interface Page<Node> {
  readonly edges: readonly { readonly node: Node }[];
}

const nodesOf = <Node>({ edges }: Page<Node>): Node[] => edges.map(({ node }) => node);

/** Logs everybody in and reads the ids of the demo data. */
export async function readWorld(url: string): Promise<World> {
  const superadmin = await logIn(url, 'superadmin@cdx.example');
  const { clients, users } = await ask<{
    clients: Page<{ id: string; tenantId: string }>;
    users: Page<{ email: string; tenantId: string }>;
  }>(
    url,
    `{ clients(first: 200, filter: { status: { eq: ACTIVE } }) { edges { node { id tenantId } } }
      users(first: 200, filter: { role: { eq: ADMIN }, isActive: { eq: true } }) { edges { node { email tenantId } } } }`,
    { authorization: superadmin },
  );
  const admins = new Map(nodesOf(users).map(({ tenantId, email }) => [tenantId, email]));
  const tenants = await Promise.all(
    [...admins].map(async ([id, email]): Promise<Tenant> => {
      const authorization = await logIn(url, email);
      const own = await ask<{ users: Page<{ id: string }> }>(
        url,
        '{ users(first: 200) { edges { node { id } } } }',
        { authorization },
      );
      const clientIds = nodesOf(clients).filter(({ tenantId }) => tenantId === id);
      return {
        id,
        authorization,
        clientIds: clientIds.map((client) => client.id),
        userIds: nodesOf(own.users).map((user) => user.id),
      };
    }),
  );
  return { tenants, superadmin, clientIds: nodesOf(clients).map(({ id }) => id) };
}
