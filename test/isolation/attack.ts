import fc, { type GeneratorValue } from 'fast-check';
import type { Answer } from '../support/ask.ts';
import type { Caller, Watch } from './callers.ts';
import { minimise } from './minimise.ts';
import type { Operation } from './operations.ts';
import { seed } from './world.ts';

/**
 * How many operations the large attack is made of, 20,000 with those on native servers; `CDX_ISOLATION_OPERATIONS` says
 * another number.
 */
export const operationCount = Number(process.env.CDX_ISOLATION_OPERATIONS ?? 15_000);

/** An operation of a caller. */
export interface Attempt {
  readonly caller: Caller;
  readonly operation: Operation;
}

/** What is attacked, and what counts as a leak there. */
export interface Target {
  /** How many attempts one run makes, at the same time. */
  readonly together: number;
  /** The attempts of one run. */
  draw(g: GeneratorValue): readonly Attempt[];
  ask(attempt: Attempt): Promise<Answer>;
  /** What of others an answer shows. */
  leaksOf(answer: Answer, attempt: Attempt): readonly string[];
}

/** What an answer shows that is another tenant's. An error may repeat what the caller has sent, and nothing more. */
export function leaksOf(watch: Watch, { data, errors }: Answer, { caller, operation }: Attempt): string[] {
  const sent = JSON.stringify(operation);
  const inErrors = watch.leaks(JSON.stringify(errors), caller.tenant);
  return [
    ...watch.leaks(JSON.stringify(data ?? null), caller.tenant),
    ...inErrors.filter((text) => !sent.includes(text)),
  ];
}

/**
 * Asks random operations; throws with the smallest that leaks.
 * @param count how many, at least
 * @returns how many got data: one that is refused as a whole shows nothing and proves nothing
 */
export async function attack(count: number, target: Target): Promise<number> {
  let answered = 0;
  const attempt = async (one: Attempt): Promise<readonly string[]> => {
    const answer = await target.ask(one);
    if (answer.data) answered += 1;
    return target.leaksOf(answer, one);
  };
  const property = fc.asyncProperty(fc.gen(), async (g) => {
    const all = target.draw(g);
    const found = await Promise.all(all.map(attempt));
    const leaking = all.find((_, index) => (found[index] ?? []).length > 0);
    if (leaking) throw new Error(await report(leaking, attempt));
  });
  await fc.assert(property, { numRuns: Math.ceil(count / target.together), seed, endOnFailure: true });
  return answered;
}

/** A leak in the fewest words: what was asked, by whom, and what it showed. */
async function report(one: Attempt, attempt: (one: Attempt) => Promise<readonly string[]>): Promise<string> {
  const { caller, operation } = one;
  const leaks = (query: string): Promise<readonly string[]> =>
    attempt({ caller, operation: { ...operation, query } });
  const query = await minimise(operation.query, async (text) => (await leaks(text)).length > 0);
  const used = Object.entries(operation.variables).filter(([name]) => query.includes(`$${name}:`));
  const variables = JSON.stringify(Object.fromEntries(used));
  const seen = (await leaks(query)).join(', ');
  return `${caller.email} of ${caller.tenant} sees ${seen} by\n${query}\nwith ${variables}`;
}
