import { z } from 'zod';
import { exact, sumOf, toCents } from './money.ts';
import type { Period } from './periods.ts';

const lineKinds = ['plan', 'usage', 'proration', 'credit', 'item'] as const;

/** How the lines of an invoice lie in its `lines`, and those of credit in a subscription's `credits`. */
const storedLines = z.array(
  z.object({
    kind: z.enum(lineKinds),
    description: z.string(),
    quantity: z.string(),
    /** Null where the units had several prices. */
    unitPrice: z.string().nullable(),
    /** In cents; negative where it is a credit. */
    amount: z.string(),
    metric: z.string().nullable(),
    periodStart: z.coerce.date().nullable(),
    periodEnd: z.coerce.date().nullable(),
  }),
);

/** A line of an invoice. */
export type InvoiceLine = Readonly<z.output<typeof storedLines>[number]>;

/** The lines that a column holds: an invoice's `lines`, a subscription's `credits`. */
export function readLines(column: unknown): readonly InvoiceLine[] {
  return storedLines.parse(column);
}

/** One unit of something for a period. */
export function periodLine(
  kind: InvoiceLine['kind'],
  description: string,
  amount: string,
  { start, end }: Period,
): InvoiceLine {
  const period = { periodStart: start, periodEnd: end };
  return { kind, description, quantity: '1', unitPrice: amount, amount, metric: null, ...period };
}

/** Some units of something; the amount is rounded to cents, half to even. */
export function itemLine(description: string, quantity: string, unitPrice: string): InvoiceLine {
  const amount = toCents(exact(quantity).times(unitPrice));
  const period = { metric: null, periodStart: null, periodEnd: null };
  return { kind: 'item', description, quantity, unitPrice, amount, ...period };
}

/** What an invoice of charges comes to, and the credit that it could not take. */
export interface Reckoning {
  readonly lines: readonly InvoiceLine[];
  readonly subtotal: string;
  readonly discountAmount: string;
  readonly taxAmount: string;
  readonly total: string;
  /** Lines of credit that are left for the next invoice. */
  readonly credits: readonly InvoiceLine[];
}

/**
 * Takes as much credit off the charges as there is to take it off from: an invoice is never of less than nothing.
 * The tax is on what is left to pay; it is rounded to cents once, half to even.
 * @param charges lines with amounts from 0
 * @param credits lines with amounts below 0, the oldest first
 * @param taxRate in percent: `19`
 */
export function reckon(
  charges: readonly InvoiceLine[],
  credits: readonly InvoiceLine[],
  taxRate: string,
): Reckoning {
  const subtotal = sumOf(charges.map(({ amount }) => amount));
  let room = subtotal;
  const [taken, left]: [InvoiceLine[], InvoiceLine[]] = [[], []];
  for (const credit of credits) {
    const value = exact(credit.amount).negated();
    const used = value.lessThan(room) ? value : room;
    room = room.minus(used);
    if (!used.isZero()) taken.push(withCredit(credit, toCents(used)));
    if (used.lessThan(value)) left.push(withCredit(credit, toCents(value.minus(used))));
  }
  const taxAmount = toCents(room.times(taxRate).dividedBy(100));
  return {
    lines: [...charges, ...taken],
    subtotal: toCents(subtotal),
    discountAmount: toCents(subtotal.minus(room)),
    taxAmount,
    total: toCents(room.plus(taxAmount)),
    credits: left,
  };
}

function withCredit(line: InvoiceLine, value: string): InvoiceLine {
  return { ...line, unitPrice: `-${value}`, amount: `-${value}` };
}
