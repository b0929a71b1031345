import { mayAsk, queryFields, type Context, type RootField } from './context.ts';
import { serviceHealth } from './service-health.ts';

/** What is assessed: a tenant or the whole platform, in a period. */
export interface Scope {
  readonly tenantId: string | null;
  readonly from: Date;
  readonly to: Date;
}

export interface Outcome {
  /** `unknown` where a service that is needed to tell did not answer. */
  readonly result: 'passed' | 'failed' | 'unknown';
  readonly summary: string;
  readonly evidence: Readonly<Record<string, unknown>>;
}

/** Something that the platform can see to by itself. */
interface Control {
  readonly title: string;
  readonly assess: (context: Context, scope: Scope) => Promise<Outcome>;
}

/** A share of failed log-ins above this is an attack, or a sign that nobody looks. */
const mostFailedLogins = 0.25;

const controls = {
  recording: {
    title: 'What is done to data is put on record in every service',
    async assess(context, scope) {
      const logs = queryFields(context.facts).filter(({ name, service }) => name === `${service}AuditLog`);
      const counts = await Promise.all(
        logs.map((log) => countOf(context, log, 'AuditEntryFilter', inPeriod(scope))),
      );
      const entries = Object.fromEntries(logs.map(({ service }, index) => [service, counts[index] ?? null]));
      const silent = logs.filter((_, index) => counts[index] === undefined).map(({ service }) => service);
      if (silent.length > 0) return unknown(`No answer from ${silent.join(', ')}`, { entries });
      const sum = counts.reduce((total: number, count) => total + (count ?? 0), 0);
      return outcome(true, `${logs.length} services keep an audit log; ${sum} entries in the period`, {
        entries,
      });
    },
  },
  incidents: {
    title: 'Grave security events are dealt with',
    async assess(context, scope) {
      const count = await countOf(context, root(context, 'securityEvents'), 'SecurityEventFilter', {
        ...inPeriod(scope),
        severity: { in: ['HIGH', 'CRITICAL'] },
        resolvedAt: { isNull: true },
      });
      if (count === undefined) return unknown('The security events could not be read', {});
      return outcome(count === 0, `${count} grave security events of the period are open`, { open: count });
    },
  },
  identities: {
    title: 'Whoever administers is known by a confirmed address',
    async assess(context, { tenantId }) {
      const filter = {
        role: { in: ['SUPERADMIN', 'ADMIN'] },
        isActive: { eq: true },
        ...(tenantId === null ? {} : { tenantId: { eq: tenantId } }),
      };
      const users = root(context, 'users');
      const [all, unconfirmed] = await Promise.all([
        countOf(context, users, 'UserFilter', filter),
        countOf(context, users, 'UserFilter', { ...filter, emailVerified: { eq: false } }),
      ]);
      if (all === undefined || unconfirmed === undefined)
        return unknown('The accounts could not be read', {});
      return outcome(
        unconfirmed === 0,
        `${unconfirmed} of ${all} administrators have not confirmed their address`,
        {
          administrators: all,
          unconfirmed,
        },
      );
    },
  },
  logins: {
    title: 'Log-ins that fail are the exception',
    async assess(context, scope) {
      const ofType = (eventType: string): Promise<number | undefined> =>
        countOf(
          context,
          root(context, 'authEvents'),
          'AuthEventFilter',
          { createdAt: period(scope), eventType: { eq: eventType } },
          scope.tenantId,
        );
      const [succeeded, failed] = await Promise.all([ofType('LOGIN'), ofType('FAILED_LOGIN')]);
      if (succeeded === undefined || failed === undefined)
        return unknown('The log-ins could not be read', {});
      const share = failed / Math.max(1, succeeded + failed);
      return outcome(
        share <= mostFailedLogins,
        `${Math.round(share * 100)} % of the log-ins failed; at most ${mostFailedLogins * 100} % are the exception`,
        { succeeded, failed },
      );
    },
  },
  availability: {
    title: 'The services answer',
    async assess(context) {
      const health = await serviceHealth(context);
      const troubled = health.filter(({ status }) => status !== 'up').map(({ service }) => service);
      return outcome(
        troubled.length === 0,
        troubled.length === 0 ? `All ${health.length} services answer` : `In trouble: ${troubled.join(', ')}`,
        Object.fromEntries(health.map(({ service, status }) => [service, status])),
      );
    },
  },
  residence: {
    title: 'It is settled where the data are kept',
    async assess(context, { tenantId }) {
      const filter = {
        region: { isNull: true },
        ...(tenantId === null ? {} : { id: { eq: tenantId } }),
      };
      const count = await countOf(context, root(context, 'tenants'), 'TenantFilter', filter);
      if (count === undefined) return unknown('The tenants could not be read', {});
      return outcome(count === 0, `${count} tenants have no region`, { withoutRegion: count });
    },
  },
} as const satisfies Readonly<Record<string, Control>>;

type ControlName = keyof typeof controls;

/**
 * The controls of each framework, by the numbers that they have there: AICPA Trust Services Criteria (2017), ISO/IEC
 * 27001:2022 Annex A, Regulation (EU) 2016/679, 45 CFR 164, PCI DSS 4.0.
 */
const frameworks = {
  soc2: {
    'CC6.1': 'identities',
    'CC6.6': 'logins',
    'CC7.2': 'recording',
    'CC7.4': 'incidents',
    'A1.2': 'availability',
  },
  iso27001: {
    'A.5.16': 'identities',
    'A.5.26': 'incidents',
    'A.8.5': 'logins',
    'A.8.14': 'availability',
    'A.8.15': 'recording',
  },
  gdpr: {
    'Art. 5(2)': 'recording',
    'Art. 32(1)(b)': 'availability',
    'Art. 33': 'incidents',
    'Art. 44': 'residence',
  },
  hipaa: {
    '164.308(a)(5)(ii)(C)': 'logins',
    '164.308(a)(6)': 'incidents',
    '164.312(a)(2)(i)': 'identities',
    '164.312(b)': 'recording',
  },
  pci_dss: {
    '8.2': 'identities',
    '8.3.4': 'logins',
    '10.2': 'recording',
    '12.10': 'incidents',
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, ControlName>>>>;

export type Framework = keyof typeof frameworks;

/** A framework's controls, each with its number there. */
export function controlsOf(framework: Framework): readonly (Control & { readonly control: string })[] {
  return Object.entries(frameworks[framework]).map(([control, name]: [string, ControlName]) => ({
    control,
    ...controls[name],
  }));
}

const outcome = (passed: boolean, summary: string, evidence: Outcome['evidence']): Outcome => ({
  result: passed ? 'passed' : 'failed',
  summary,
  evidence,
});

const unknown = (summary: string, evidence: Outcome['evidence']): Outcome => ({
  result: 'unknown',
  summary,
  evidence,
});

const period = ({ from, to }: Scope): object => ({ gte: from, lt: to });

const inPeriod = (scope: Scope): object => ({
  createdAt: period(scope),
  ...(scope.tenantId === null ? {} : { tenantId: { eq: scope.tenantId } }),
});

const root = ({ facts }: Context, name: string): RootField | undefined =>
  queryFields(facts).find((field) => field.name === name);

/** How many a list has; undefined when nobody tells. */
async function countOf(
  context: Context,
  field: RootField | undefined,
  filterType: string,
  filter: object,
  tenantId: string | null = null,
): Promise<number | undefined> {
  if (!field || !mayAsk(context, field)) return undefined;
  const [declared, given] = tenantId === null ? ['', ''] : [', $tenantId: ID', ', tenantId: $tenantId'];
  const { data } = await context.ask(
    field.service,
    `query ($filter: ${filterType}${declared}) { list: ${field.name}(first: 0, filter: $filter${given}) { totalCount } }`,
    { filter, ...(tenantId === null ? {} : { tenantId }) },
  );
  const list = data?.list as { readonly totalCount?: unknown } | null | undefined;
  return typeof list?.totalCount === 'number' ? list.totalCount : undefined;
}
