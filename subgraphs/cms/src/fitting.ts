import { codedError, conflict, notFound } from '@cdx/kit';
import type { GraphQLError } from 'graphql';
import type { ContentTypeRow } from '@cdx/prisma-cms/tables';
import type { Services, Transaction } from './context.ts';
import type { Validator } from './schemas/validators.ts';

/** Items that are read at once when all of a type are looked through. */
const batch = 200;
/** Items that a refusal names. */
const named = 5;

/** What a write says of itself whose only raw statement is `holdType`. */
export const locking = { unaudited: 'The only raw statement takes a lock.' };

/**
 * Holds a type until the transaction ends: together with others who write its items, or alone, to change its schema.
 * So no item is checked by a schema that is being replaced.
 */
export async function holdType(tx: Transaction, id: string, how: 'together' | 'alone'): Promise<void> {
  const key = `cms.content_type ${id}`;
  if (how === 'alone') await tx.$executeRaw`select pg_advisory_xact_lock(hashtextextended(${key}, 0))`;
  else await tx.$executeRaw`select pg_advisory_xact_lock_shared(hashtextextended(${key}, 0))`;
}

/**
 * Sees to it that data fits the type that it is about to be written for.
 * @param field what the data came in, for the error's path: `input.data`
 * @throws BAD_USER_INPUT naming the first field that does not fit, and what would
 */
export async function checkData(
  tx: Transaction,
  { validators }: Pick<Services, 'validators'>,
  typeId: string,
  data: unknown,
  field = 'input.data',
): Promise<void> {
  await holdType(tx, typeId, 'together');
  const type = await tx.contentType.findUnique({
    where: { id: typeId },
    select: { id: true, schema: true },
  });
  if (!type) throw notFound('ContentType', typeId);
  const problem = validators.of(type)(data);
  if (!problem) return;
  const place = [field, ...problem.path].join('.');
  throw codedError('BAD_USER_INPUT', `${place} ${problem.expected}`, {
    field: place,
    expected: problem.expected,
  });
}

/**
 * Looks through all items of a type, whatever their status.
 * @param fits the validator of the schema that the type is about to get
 * @throws CONFLICT saying how many do not fit and naming the first of them
 */
export async function refuseUnfitting(
  tx: Transaction,
  { id: contentTypeId, tenantId }: ContentTypeRow,
  fits: Validator,
): Promise<void> {
  const examples: string[] = [];
  let [all, unfitting] = [0, 0];
  for (let after: string | undefined, more = true; more;) {
    const items = await tx.contentItem.findMany({
      where: { tenantId, contentTypeId, parentId: null, ...(after ? { id: { gt: after } } : {}) },
      orderBy: { id: 'asc' },
      take: batch,
      select: { id: true, title: true, data: true },
    });
    for (const { id, title, data } of items) {
      const problem = fits(data);
      if (!problem) continue;
      unfitting += 1;
      if (examples.length < named)
        examples.push(`“${title}” (${id}): ${['data', ...problem.path].join('.')} ${problem.expected}`);
    }
    all += items.length;
    after = items.at(-1)?.id;
    more = items.length === batch;
  }
  if (unfitting > 0) throw unfit(unfitting, all, examples);
}

function unfit(unfitting: number, all: number, examples: readonly string[]): GraphQLError {
  const more = unfitting > examples.length ? '; …' : '';
  return conflict(
    `${unfitting} of ${all} items do not fit this schema: ${examples.join('; ')}${more}. Change them first, or use force`,
    { field: 'input.schema' },
  );
}
