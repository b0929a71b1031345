import { describe, expect, test } from '@jest/globals';
import type { FetchNode } from '@apollo/query-planner';
import { OperationTypeNode, parse, print } from 'graphql';
import { mergeOperations } from './merge-operations.ts';

function aFetch(operation: string, variableUsages: string[] = []): FetchNode {
  const operationName = /query (\w+)/.exec(operation)?.[1];
  return {
    kind: 'Fetch',
    serviceName: 'a',
    operation,
    operationName,
    operationKind: OperationTypeNode.QUERY,
    variableUsages,
  };
}

function expectMerged(fetches: readonly FetchNode[], operation: string): void {
  expect(print(parse(mergeOperations(fetches).operation))).toBe(print(parse(operation)));
}

describe('merged operations', () => {
  test('have a key and entities of their own each, and the caller’s variables once', () => {
    const fetches = [
      aFetch(
        `query Q__a__1($representations: [_Any!]!, $n: Int) {
          _entities(representations: $representations) { ... on A { x(n: $n) } } }`,
        ['n'],
      ),
      aFetch(
        `query Q__a__2($representations: [_Any!]!, $n: Int, $m: Int) {
          _entities(representations: $representations) { ... on A { x(n: $n) y(m: $m) } } }`,
        ['n', 'm'],
      ),
    ];
    expectMerged(
      fetches,
      `query Q__a__1($representations0: [_Any!]!, $n: Int, $representations1: [_Any!]!, $m: Int) {
        _0: _entities(representations: $representations0) { ... on A { x(n: $n) } }
        _1: _entities(representations: $representations1) { ... on A { x(n: $n) y(m: $m) } } }`,
    );
    expect(mergeOperations(fetches)).toMatchObject({
      variableUsages: ['n', 'm'],
      parts: [
        { key: '_0', variable: 'representations0' },
        { key: '_1', variable: 'representations1' },
      ],
    });
  });

  test('keep apart what the caller has named as they name theirs', () => {
    expectMerged(
      [
        aFetch(
          `query ($representations: [_Any!]!, $representations1: Int) {
            _entities(representations: $representations) { ... on A { x(n: $representations1) } } }`,
        ),
        aFetch(
          'query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on A { y } } }',
        ),
      ],
      `query ($representations_0: [_Any!]!, $representations1: Int, $representations_1: [_Any!]!) {
        _0: _entities(representations: $representations_0) { ... on A { x(n: $representations1) } }
        _1: _entities(representations: $representations_1) { ... on A { y } } }`,
    );
  });

  test('keep fragments of one name apart', () => {
    const one = (fragments: string, spread: string): FetchNode =>
      aFetch(
        `query ($representations: [_Any!]!) { _entities(representations: $representations) { ${spread} } } ${fragments}`,
      );
    expectMerged(
      [
        one('fragment F on A { x } fragment F_1 on A { z }', '...F ...F_1'),
        one('fragment F on A { y }', '...F'),
      ],
      `query ($representations0: [_Any!]!, $representations1: [_Any!]!) {
        _0: _entities(representations: $representations0) { ...F ...F_1 }
        _1: _entities(representations: $representations1) { ...F_1_ } }
      fragment F on A { x } fragment F_1 on A { z } fragment F_1_ on A { y }`,
    );
  });
});
