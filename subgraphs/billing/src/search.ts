import { hasWords, searchTables, type Searched } from '@cdx/kit';
import { BillingSubscription, Invoice, Plan } from '@cdx/prisma-billing/tables';
import sql from 'sql-template-tag';
import type { QueryResolvers } from '../generated/resolvers.ts';

/** Names and numbers are found as they are written. */
const language = 'simple';

export const query: QueryResolvers = {
  billingSearch(_, sought, context) {
    // Hyphens part words here as in the vectors: Postgres would read what follows one in a number as a negative number.
    const text = sought.text.replaceAll('-', ' ');
    return searchTables(context.db, [invoices, subscriptionsWith(text), plans], { ...sought, text });
  },
};

const invoices: Searched = {
  table: Invoice,
  language,
  title: sql`coalesce(t.invoice_number, 'Draft')`,
  body: sql`concat_ws(' ', replace(t.invoice_number, '-', ' '), replace(t.customer_id::text, '-', ' '),
    (select string_agg(l ->> 'description', ' ') from jsonb_array_elements(t.lines) l))`,
};

const plans: Searched = {
  table: Plan,
  tenant: null,
  language,
  title: sql`t.name`,
  body: sql`concat_ws(' ', t.name, t.description)`,
};

/** Subscriptions are found by their plans too: those that have the words, or whose plans have, with the words of both. */
function subscriptionsWith(text: string): Searched {
  const words = hasWords(text, language);
  return {
    table: BillingSubscription,
    from: sql`(
      select t.id, t.tenant_id, t.customer_id, t.cancel_reason, p.name, t.search || p.search as search
      from billing.subscriptions t join billing.plans p on p.id = t.plan_id
      where ${words} or t.plan_id in (select t.id from billing.plans t where ${words})
    )`,
    language,
    title: sql`t.name`,
    body: sql`concat_ws(' ', t.name, replace(t.customer_id::text, '-', ' '), t.cancel_reason)`,
  };
}
