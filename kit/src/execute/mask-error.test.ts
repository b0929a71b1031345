import { describe, expect, test } from '@jest/globals';
import { buildSchema, execute, parse, type GraphQLScalarType } from 'graphql';
import { makeLogger } from '../log.ts';
import { scalars } from '../schema/scalars.ts';
import { maskError } from './mask-error.ts';

const schema = buildSchema(`
  scalar Date
  scalar DateTime
  scalar Decimal
  input Filter { on: Date  at: DateTime  is: Decimal }
  type Query { found(filter: Filter, first: Int): Int  failing: Int }
`);
for (const [name, { parseValue, parseLiteral }] of Object.entries(scalars)) {
  if (schema.getType(name))
    Object.assign(schema.getType(name) as GraphQLScalarType, { parseValue, parseLiteral });
}

const rootValue = {
  found: () => 1,
  failing() {
    throw new Error('password of the database: 1234');
  },
};

/** The error of an operation as its caller sees it, and what of it is in the log. */
async function answerOf(query: string, variableValues = {}) {
  const logged: unknown[] = [];
  const log = makeLogger('test', 'silent');
  log.error = (entry: unknown) => void logged.push(entry);
  const { errors = [] } = await execute({ schema, document: parse(query), variableValues, rootValue });
  return { errors: errors.map((error) => maskError(error, 'things', log)), logged };
}

describe('a value that cannot be read is the caller’s to mend, and not in the log:', () => {
  const wrong = 'ann@example.com';
  test.each([
    ['a day in a variable', 'query ($v: Date) { found(filter: { on: $v }) }', wrong],
    ['a moment in a variable', 'query ($v: DateTime) { found(filter: { at: $v }) }', wrong],
    ['a decimal in a variable', 'query ($v: Decimal) { found(filter: { is: $v }) }', wrong],
    ['a number in a variable', 'query ($v: Int) { found(first: $v) }', wrong],
    ['a day within a variable', 'query ($v: Filter) { found(filter: $v) }', { on: wrong }],
    ['a literal', `{ found(filter: { on: "${wrong}" }) }`, null],
  ])('%s', async (_, query, v) => {
    const { errors, logged } = await answerOf(query, { v });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', service: 'things' } }]);
    expect(logged).toEqual([]);
  });
});

test('what a resolver throws is in the log, and its words are not in the answer', async () => {
  const { errors, logged } = await answerOf('{ failing }');
  expect(errors).toMatchObject([{ path: ['failing'], extensions: { code: 'INTERNAL' } }]);
  expect(JSON.stringify(errors)).not.toContain('1234');
  expect(logged).toHaveLength(1);
});
