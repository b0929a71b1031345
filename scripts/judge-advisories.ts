/** A known weakness of a package that the product depends on. */
export interface Advisory {
  /** `GHSA-…` */
  readonly id: string;
  readonly package: string;
  readonly title: string;
  readonly url: string;
}

/** An advisory that the product lives with: one of `accepted-advisories.json`. */
export interface Accepted {
  readonly advisory: string;
  /** Why it does no harm here. */
  readonly reason: string;
  /** The day, as 2026-12-31, after which it has to be looked at again. */
  readonly until: string;
}

/** What is known of the dependencies: their advisories that nobody has accepted, or why nothing is known. */
export type Judgement =
  | { readonly kind: 'judged'; readonly open: readonly Advisory[] }
  | { readonly kind: 'unknown'; readonly why: string };

const grave: readonly unknown[] = ['high', 'critical'];

/**
 * Judges what `pnpm audit --json` has written.
 * @param today as 2026-12-31
 * @throws TypeError when an acceptance does not say its reason and its last day
 */
export function judgeAdvisories(output: string, accepted: readonly Accepted[], today: string): Judgement {
  for (const { advisory, reason, until } of accepted) {
    if (!reason || !/^\d{4}-\d{2}-\d{2}$/.test(until))
      throw new TypeError(
        `The acceptance of ${advisory} must have a reason, and an until such as 2026-12-31`,
      );
  }
  const report = readReport(output);
  if (!report.advisories) return { kind: 'unknown', why: report.error?.message ?? 'there was no answer' };
  const lived = accepted.filter(({ until }) => until >= today).map(({ advisory }) => advisory);
  const open = Object.values(report.advisories)
    .filter(({ severity, github_advisory_id: id }) => grave.includes(severity) && !lived.includes(id))
    .map(({ github_advisory_id: id, module_name: name, title, url }) => ({ id, package: name, title, url }));
  return { kind: 'judged', open };
}

/** The parts of pnpm's report that are read here. */
interface Report {
  readonly advisories?: Readonly<
    Record<
      string,
      Readonly<Record<'github_advisory_id' | 'module_name' | 'severity' | 'title' | 'url', string>>
    >
  >;
  readonly error?: { readonly message: string };
}

function readReport(output: string): Report {
  try {
    return JSON.parse(output) as Report;
  } catch {
    // Something in between has answered in the registry's place; what it said is of no use.
    return { error: { message: 'the answer was no JSON' } };
  }
}
