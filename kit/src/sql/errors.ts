import type { GraphQLError } from 'graphql';
import { badInput, codedError, conflict } from '../errors/errors.ts';

/** The parts of the drivers' and Prisma's errors that say what happened. */
interface DriverError {
  readonly code?: string;
  readonly errno?: number;
  readonly cause?: unknown;
  readonly meta?: { readonly driverAdapterError?: { readonly cause?: AdapterCause } };
}
interface AdapterCause {
  readonly kind?: string;
  readonly originalCode?: string;
  readonly code?: string | number;
  readonly constraint?: { readonly fields?: readonly string[]; readonly index?: string };
}

const taken = (fields: readonly string[] = []): GraphQLError =>
  fields.length > 0
    ? conflict(`This ${fields.join(' and ')} is taken`, { field: fields.join(', ') })
    : conflict('Another row has this value already');

const missingReference = (): GraphQLError =>
  badInput('input', 'ids of objects that exist and that nothing else depends on');

const outOfRange = (): GraphQLError => badInput('input', 'values that the rules of this type allow');

const unavailable = (): GraphQLError =>
  codedError('SUBGRAPH_UNAVAILABLE', 'The database of this service does not answer');

const busy = (): GraphQLError =>
  conflict('The rows changed meanwhile; read them again and repeat the change');

/** By SQLSTATE (Postgres), error number (MySQL, MariaDB), system error, Prisma code and adapter kind. */
const known = new Map<string, () => GraphQLError>([
  ...['23505', '1062', 'P2002', 'UniqueConstraintViolation'].map((key) => [key, taken] as const),
  ...['23503', '1451', '1452', 'P2003', 'ForeignKeyConstraintViolation'].map(
    (key) => [key, missingReference] as const,
  ),
  ...[
    '23514',
    '23502',
    '22003',
    '22008',
    '22001',
    '22P02',
    '22P05',
    '22021',
    '3819',
    '4025',
    '1264',
    '1406',
    '1366',
    // More than an index holds: text for a search.
    '54000',
  ].map((key) => [key, outOfRange] as const),
  ...[
    'P2000',
    'P2006',
    'P2007',
    'P2011',
    'P2020',
    'LengthMismatch',
    'ValueOutOfRange',
    'InvalidInputValue',
  ].map((key) => [key, outOfRange] as const),
  ...['40001', '40P01', '1213', '1205', 'P2034', 'TransactionWriteConflict'].map(
    (key) => [key, busy] as const,
  ),
  ...['57014', '1969', '3024'].map(
    (key) => [key, () => codedError('DEADLINE_EXCEEDED', 'The database took too long')] as const,
  ),
  ...['42501', 'P2004'].map((key) => [key, () => codedError('FORBIDDEN', 'You may not do this')] as const),
  ...[
    'ECONNREFUSED',
    'ECONNRESET',
    'EPIPE',
    'ENOTFOUND',
    'ETIMEDOUT',
    '57P01',
    '57P03',
    '53300',
    '45028',
    '45009',
  ].map((key) => [key, unavailable] as const),
  ...['P1001', 'P1002', 'P1017', 'DatabaseNotReachable', 'ConnectionClosed', 'SocketTimeout'].map(
    (key) => [key, unavailable] as const,
  ),
]);

/**
 * The coded error of a database's refusal, or undefined when the refusal is a fault of ours and not the caller's.
 * @param error whatever a driver or Prisma threw
 */
export function codedDatabaseError(error: unknown): GraphQLError | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { code, errno, meta, cause } = error as DriverError;
  const adapterCause = meta?.driverAdapterError?.cause ?? (cause as AdapterCause | undefined);
  for (const key of [adapterCause?.originalCode, adapterCause?.code, adapterCause?.kind, code, errno]) {
    const make = key === undefined ? undefined : known.get(String(key));
    if (make === taken) return taken(adapterCause?.constraint?.fields);
    if (make) return make();
  }
  if (error instanceof Error && /timeout exceeded when trying to connect|pool timeout/i.test(error.message)) {
    return unavailable();
  }
  return undefined;
}

/**
 * The name of the unique constraint that a write has met, by the error that `write` has thrown. Where a table has
 * row-level security, Postgres does not say which columns those are, since their values may be another tenant's.
 */
export function violatedConstraint(error: unknown): string | undefined {
  const { cause } = error as { readonly cause?: DriverError };
  return cause?.meta?.driverAdapterError?.cause?.constraint?.index;
}

/** Throws the coded error with the driver's as its cause, or the driver's own, which the log gets and no caller. */
export function rethrowCoded(error: unknown): never {
  const coded = codedDatabaseError(error);
  if (!coded) throw error;
  coded.cause = error;
  throw coded;
}
