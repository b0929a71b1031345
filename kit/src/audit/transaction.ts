import type { TableDescriptor } from '../sql/table.ts';
import type { AuditDraft } from './entry.ts';
import { keyOf, keysOf, needsReading, type Values } from './rows.ts';
import { imageOf, imagesOfChange } from './image.ts';

/** What a transaction changes, beside who does it and why. */
export type Change = Omit<AuditDraft, 'action' | 'tenantId'> & {
  /** The row's tenant, where its table says it. */
  readonly tenantId?: string | null;
};

/** What an audited transaction tells of itself while it runs. */
export interface Recorder {
  /** The descriptors of the database's tables, by model. */
  readonly tables: Readonly<Record<string, TableDescriptor>>;
  record(change: Change): void;
  /** A raw statement is sent: what it changes, nobody but its author knows. */
  onRawStatement(): void;
  /** Runs a read whose rows stay locked until the transaction ends. */
  locking<Result>(read: () => Promise<Result>): Promise<Result>;
}

/** A model of the transaction, with its table. */
interface Model {
  readonly table: TableDescriptor;
  readonly recorder: Recorder;
  readonly run: (operation: string, args: Values) => Promise<unknown>;
}

/**
 * The transaction, which notes what each of its operations changes. The rows of an update or deletion are read and
 * locked first, so what is noted is what the change found.
 */
export function auditedTransaction<Tx>(transaction: Tx, recorder: Recorder): Tx {
  const models = new Map(
    Object.values(recorder.tables).map((table) => [
      `${table.model.charAt(0).toLowerCase()}${table.model.slice(1)}`,
      table,
    ]),
  );
  return new Proxy(transaction as Tx & object, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value === 'function') {
        if (/^\$(query|execute)Raw/.test(String(property))) recorder.onRawStatement();
        return value.bind(target) as unknown;
      }
      const table = models.get(String(property));
      return table && table.unaudited === undefined ? auditedModel(table, value as object, recorder) : value;
    },
  });
}

const writes: Readonly<Record<string, (model: Model, name: string, args: Values) => Promise<unknown>>> = {
  create,
  createMany: create,
  update,
  updateMany: update,
  delete: remove,
  deleteMany: remove,
  upsert,
};

/** Operations that change nothing. */
const reads = /^(find\w+|count|aggregate|groupBy)$/;

function auditedModel(table: TableDescriptor, delegate: object, recorder: Recorder): object {
  const run = (operation: string, args: Values): Promise<unknown> =>
    (Reflect.get(delegate, operation) as (args: Values) => Promise<unknown>).call(delegate, args);
  return new Proxy(delegate, {
    get(target, property) {
      const name = String(property);
      const write = writes[name];
      if (write) return (args: Values = {}) => write({ table, recorder, run }, name, args);
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== 'function') return value;
      if (!reads.test(name)) throw new TypeError(`The audit does not know the operation ${name}`);
      return value.bind(target) as unknown;
    },
  });
}

async function create(model: Model, name: string, args: Values): Promise<unknown> {
  const rows = [args.data].flat() as Values[];
  if (args.skipDuplicates === true && rows.length > 1) {
    throw new TypeError('Of several rows nobody learns which were duplicates: insert them one by one');
  }
  checkColumns(model.table, ...rows);
  const result = (await model.run(name, args)) as Values;
  // `create` answers the row, with a key that the database has made; `createMany` how many there are.
  if (result.count !== 0) for (const row of rows) recordCreated(model, row, result);
  return result;
}

async function update(model: Model, name: string, args: Values): Promise<unknown> {
  const { table } = model;
  const data = args.data as Values;
  checkColumns(table, data);
  const properties = Object.keys(data).filter((property) => data[property] !== undefined);
  if (properties.every((property) => table.columns[property]?.unaudited !== undefined)) {
    return model.run(name, args);
  }
  return changeRows(model, name, args, properties, (found) => recordUpdated(model, found, data));
}

async function remove(model: Model, name: string, args: Values): Promise<unknown> {
  const { table, recorder } = model;
  return changeRows(model, name, args, Object.keys(table.columns), (found) => {
    for (const row of found) {
      recorder.record({ ...resourceOf(table, row), before: imageOf(table, row), after: null });
    }
  });
}

/** Reads and locks the rows that the operation is for, runs it on those, and has them recorded. */
async function changeRows(
  model: Model,
  name: string,
  args: Values,
  properties: readonly string[],
  record: (found: readonly Values[]) => void | Promise<void>,
): Promise<unknown> {
  const { table, recorder, run } = model;
  const many = name.endsWith('Many');
  const select = selection(table, properties);
  const read = await recorder.locking(() =>
    run(many ? 'findMany' : 'findUnique', { where: args.where, select }),
  );
  const found = [read as Values | Values[] | null].flat().filter((row) => row !== null);
  if (many && found.length === 0) return { count: 0 };
  // By their keys: a row that meets the condition only by now has not been read.
  const result = await run(name, many ? { ...args, where: keysOf(table, found) } : args);
  await record(found);
  return result;
}

/** The row is read without a lock: to lock one that is not there would keep others from making theirs. */
async function upsert(model: Model, name: string, args: Values): Promise<unknown> {
  const [created, updated] = [args.create as Values, args.update as Values];
  checkColumns(model.table, created, updated);
  const select = selection(model.table, Object.keys(updated));
  const found = (await model.run('findUnique', { where: args.where, select })) as Values | null;
  const result = (await model.run(name, args)) as Values;
  if (found) await recordUpdated(model, [found], updated);
  else recordCreated(model, created, result);
  return result;
}

function recordCreated({ table, recorder }: Model, row: Values, result: Values): void {
  recorder.record({ ...resourceOf(table, { ...result, ...row }), before: null, after: imageOf(table, row) });
}

async function recordUpdated(model: Model, found: readonly Values[], data: Values): Promise<void> {
  const { table, recorder } = model;
  const now = needsReading(table, data) ? await readAgain(model, found, data) : undefined;
  for (const row of found) {
    const after = now ? (now.get(keyOf(table, row)) ?? {}) : data;
    recorder.record({ ...resourceOf(table, row), ...imagesOfChange(table, row, after) });
  }
}

/** The rows after a change whose outcome the database computes: `{ increment: 1 }`. */
async function readAgain(
  { table, run }: Model,
  found: readonly Values[],
  data: Values,
): Promise<ReadonlyMap<string, Values>> {
  const select = selection(table, Object.keys(data));
  const rows = (await run('findMany', { where: keysOf(table, found), select })) as Values[];
  return new Map(rows.map((row) => [keyOf(table, row), row]));
}

function resourceOf(
  table: TableDescriptor,
  row: Values,
): Pick<Change, 'resourceType' | 'resourceId' | 'tenantId'> {
  const tenant = 'tenantId' in table.columns ? { tenantId: (row.tenantId ?? null) as string | null } : {};
  return { resourceType: table.model, resourceId: keyOf(table, row), ...tenant };
}

/** The key, the tenant, and what else is asked for. */
function selection(table: TableDescriptor, properties: readonly string[]): Values {
  const always = ['tenantId' in table.columns ? ['tenantId'] : [], table.primaryKey].flat();
  return Object.fromEntries([...always, ...properties].map((property) => [property, true]));
}

/** A row of another table, written along with this one, would escape the log. */
function checkColumns(table: TableDescriptor, ...rows: readonly Values[]): void {
  for (const property of rows.flatMap((row) => Object.keys(row))) {
    if (!(property in table.columns)) {
      throw new TypeError(`${table.model}.${property} is no column: write related rows on their own`);
    }
  }
}
