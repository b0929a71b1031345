export type DemoLogin = { label: string; email: string; password: string };
export type Settings = { graphqlPath: string; demoLogins: DemoLogin[] };

const defaults: Settings = { graphqlPath: '/graphql', demoLogins: [] };

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isDemoLogin(value: unknown): value is DemoLogin {
  return (
    isRecord(value) &&
    typeof value.label === 'string' &&
    typeof value.email === 'string' &&
    typeof value.password === 'string'
  );
}

/** Takes what is well-formed and falls back to the defaults for the rest: a playground without demo logins works. */
function parseSettings(value: unknown): Settings {
  if (!isRecord(value)) return defaults;
  return {
    graphqlPath: typeof value.graphqlPath === 'string' ? value.graphqlPath : defaults.graphqlPath,
    demoLogins: Array.isArray(value.demoLogins) ? value.demoLogins.filter(isDemoLogin) : [],
  };
}

/**
 * The build is the same everywhere; what differs between a demo and production is served beside it. A server that
 * has no settings answers 404, which means the defaults.
 */
export async function loadSettings(): Promise<Settings> {
  try {
    const response = await fetch(`${import.meta.env.BASE_URL}settings.json`, { cache: 'no-store' });
    return response.ok ? parseSettings(await response.json()) : defaults;
  } catch {
    return defaults;
  }
}
