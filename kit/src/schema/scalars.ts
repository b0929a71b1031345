import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import { GraphQLDateTimeISO, GraphQLJSON } from 'graphql-scalars';
import { z } from 'zod';

const decimalForm = /^-?\d{1,20}(\.\d{1,10})?$/;

function parseDecimal(value: unknown): string {
  const text = typeof value === 'number' && Number.isFinite(value) ? String(value) : value;
  if (typeof text !== 'string' || !decimalForm.test(text)) {
    throw new GraphQLError('Decimal must be a decimal number as text, such as "19.90"');
  }
  return text;
}

/** An exact decimal; JavaScript's numbers would lose digits on the way. */
const Decimal = new GraphQLScalarType<string, string>({
  name: 'Decimal',
  description: 'An exact decimal number as text, so that no digit is lost.',
  serialize: parseDecimal,
  parseValue: parseDecimal,
  parseLiteral: (node) =>
    parseDecimal(
      node.kind === Kind.STRING || node.kind === Kind.INT || node.kind === Kind.FLOAT ? node.value : null,
    ),
});

/** The library's own name for it is another, which introspection and messages would show. */
const DateTime = new GraphQLScalarType({ ...GraphQLDateTimeISO.toConfig(), name: 'DateTime' });

const day = z.iso.date();

function parseDay(value: unknown): string {
  const { success, data } = day.safeParse(value);
  // Without the value: what a caller sends may be anybody's address, and messages go to the log.
  if (!success) throw new GraphQLError('Date must be a day of the calendar, such as "2026-01-31"');
  return data;
}

/** Text on both sides: a JavaScript date would be a moment, and another day elsewhere. */
const Day = new GraphQLScalarType<string, string>({
  name: 'Date',
  description: 'A day of the calendar, without a time or a zone.',
  serialize: parseDay,
  parseValue: parseDay,
  parseLiteral: (node) => parseDay(node.kind === Kind.STRING ? node.value : null),
});

/** The resolvers of the scalars in `common.graphql`. */
export const scalars = { Date: Day, DateTime, JSON: GraphQLJSON, Decimal } as const;
