import { isUuid, selectColumns } from '@cdx/kit';
import { Prisma } from '@cdx/prisma-billing';
import {
  BillingSubscription as subscriptions,
  Invoice as invoices,
  Plan as plans,
  type BillingSubscriptionRow,
  type InvoiceRow,
  type PlanRow,
} from '@cdx/prisma-billing/tables';
import sql, { empty, type Sql } from 'sql-template-tag';
import type { Transaction } from './context.ts';

/** Why a write's statements that lock need no entry in the audit log. */
export const lockingOnly = {
  unaudited: 'SQL reads and locks alone; what changes goes through the models.',
} as const;

/** What a subscription is charged by. */
export type Price = Pick<PlanRow, 'id' | 'name' | 'amount' | 'currency' | 'interval' | 'intervalCount'>;

/** A subscription whose row is held until the transaction ends, with the price it is charged by. */
export interface HeldSubscription extends BillingSubscriptionRow {
  readonly plan: Price;
}

/**
 * Holds a subscription's row: nobody renews, changes or cancels it meanwhile, and its usage stays as it is, since a new
 * record waits for the row too.
 * @param ifFree whether to leave it to whoever holds it already, instead of waiting
 * @returns null when there is none, or somebody else holds it
 */
export async function holdSubscription(
  tx: Transaction,
  id: string,
  { ifFree = false } = {},
): Promise<HeldSubscription | null> {
  if (!isUuid(id)) return null;
  const [row] = await query<BillingSubscriptionRow>(
    tx,
    sql`select ${selectColumns('postgres', subscriptions)} from billing.subscriptions t
      where t.id = ${id}::uuid for update ${ifFree ? sql`skip locked` : empty}`,
  );
  if (!row) return null;
  const [plan] = await query<PlanRow>(
    tx,
    sql`select ${selectColumns('postgres', plans)} from billing.plans t where t.id = ${row.planId}::uuid`,
  );
  return plan ? { ...row, plan } : null;
}

/** Holds a plan's row, so that its price stays until the transaction ends. @returns null when there is none */
export async function holdPlan(tx: Transaction, id: string): Promise<PlanRow | null> {
  if (!isUuid(id)) return null;
  const [row] = await query<PlanRow>(
    tx,
    sql`select ${selectColumns('postgres', plans)} from billing.plans t where t.id = ${id}::uuid for share`,
  );
  return row ?? null;
}

/** Holds an invoice's row, so that no other payment or change of it comes between. @returns null when there is none */
export async function holdInvoice(tx: Transaction, id: string): Promise<InvoiceRow | null> {
  if (!isUuid(id)) return null;
  const [row] = await query<InvoiceRow>(
    tx,
    sql`select ${selectColumns('postgres', invoices)} from billing.invoices t where t.id = ${id}::uuid for update`,
  );
  return row ?? null;
}

/** What Prisma's transaction does with a statement of sql-template-tag, which is the package that its own come from. */
interface RawReader {
  $queryRaw(statement: Sql): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

/** The rows of a statement in a transaction, decimals as text; `Row` names the columns as the statement's aliases do. */
export async function query<Row>(tx: Transaction, statement: Sql): Promise<Row[]> {
  const rows = await (tx as RawReader).$queryRaw(statement);
  const plain = (value: unknown): unknown => (value instanceof Prisma.Decimal ? value.toFixed() : value);
  return rows.map(
    (row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(value)])) as Row,
  );
}
