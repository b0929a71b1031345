import { describe, expect, test } from '@jest/globals';
import { codedDatabaseError, rethrowCoded, violatedConstraint } from './errors.ts';

describe('what a database refuses', () => {
  test.each([
    ['a taken value in Postgres', { code: '23505' }, 'CONFLICT'],
    ['a taken value in MySQL', { errno: 1062, code: 'ER_DUP_ENTRY' }, 'CONFLICT'],
    ['a taken value in Prisma', { code: 'P2002' }, 'CONFLICT'],
    ['a reference to nothing', { code: '23503' }, 'BAD_USER_INPUT'],
    ['a value against a check', { code: '23514' }, 'BAD_USER_INPUT'],
    ['more text than an index holds', { code: '54000' }, 'BAD_USER_INPUT'],
    ['a row of another tenant', { code: '42501' }, 'FORBIDDEN'],
    ['a deadlock', { code: '40P01' }, 'CONFLICT'],
    ['no server', { code: 'ECONNREFUSED' }, 'SUBGRAPH_UNAVAILABLE'],
    ['a full pool', new Error('timeout exceeded when trying to connect'), 'SUBGRAPH_UNAVAILABLE'],
    ['a statement that took too long', { code: '57014' }, 'DEADLINE_EXCEEDED'],
  ])('%s is told by its code', (_, error, code) => {
    expect(codedDatabaseError(error)?.extensions.code).toBe(code);
  });

  test('names the fields that are taken', () => {
    const cause = { kind: 'UniqueConstraintViolation', constraint: { fields: ['email'] } };
    const error = { code: 'P2002', meta: { driverAdapterError: { cause } } };
    expect(codedDatabaseError(error)?.message).toBe('This email is taken');
  });

  test('names the constraint to the code that knows what it means', () => {
    const cause = { kind: 'UniqueConstraintViolation', constraint: { index: 'things_slug' } };
    const error = { code: 'P2002', meta: { driverAdapterError: { cause } } };
    const thrown = (): unknown => {
      try {
        return rethrowCoded(error);
      } catch (coded) {
        return coded;
      }
    };
    expect(violatedConstraint(thrown())).toBe('things_slug');
    expect(violatedConstraint(new Error('something else'))).toBeUndefined();
  });

  test('is thrown as it is when the fault is ours, and never shows the driver’s words otherwise', () => {
    const ours = Object.assign(new Error('column "x" does not exist'), { code: '42703' });
    expect(() => rethrowCoded(ours)).toThrow(ours);
    const theirs = Object.assign(new Error('duplicate key (email)=(ann@example.com)'), { code: '23505' });
    expect(() => rethrowCoded(theirs)).not.toThrow(/ann@/);
  });
});
