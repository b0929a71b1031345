import { describe, expect, test } from '@jest/globals';
import { getOperationAST, parse } from 'graphql';
import { countAttempts } from './login-attempts.ts';

function attemptsIn(query: string, operationName?: string): number {
  const document = parse(query);
  const operation = getOperationAST(document, operationName);
  if (!operation) throw new Error('There is no such operation');
  return countAttempts(document, operation);
}

describe('attempts to log in', () => {
  test('are counted each, under whatever alias', () => {
    expect(attemptsIn('mutation { login { x } a: login { x } b: register { x } logout }')).toBe(3);
  });

  test('are found in fragments', () => {
    const fragments = 'fragment A on Mutation { login { x } ... { resetPassword } }';
    expect(attemptsIn(`mutation { ...A b: refreshToken { x } } ${fragments}`)).toBe(3);
  });

  test('are counted in the operation that runs, and in no other', () => {
    expect(attemptsIn('mutation A { login { x } } mutation B { logout }', 'B')).toBe(0);
  });

  test('are root fields: a field of the same name further down is none', () => {
    expect(attemptsIn('mutation { updateUser { login } }')).toBe(0);
  });
});
