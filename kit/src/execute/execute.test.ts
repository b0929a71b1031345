import { describe, expect, test } from '@jest/globals';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';
import type { ExecutedOperation } from '../audit/access.ts';
import type { Subgraph } from '../context/subgraph.ts';
import { codedError, forbidden } from '../errors/errors.ts';
import { makeLogger } from '../log.ts';
import { aRequest } from '../testing/index.ts';
import { makeExecutor } from './execute.ts';

const typeDefs = parse('type Query { name: String  secret: String }');
const resolvers = {
  Query: {
    name: () => 'a thing',
    secret() {
      throw forbidden('Not for you');
    },
  },
};

/** A subgraph that puts what it is told on record by the function. */
function aSubgraph(recordAccess: Subgraph['recordAccess']): Subgraph {
  return {
    name: 'things',
    typeDefs,
    schema: buildSubgraphSchema({ typeDefs, resolvers: { ...resolvers } }),
    createContext: (request) => request,
    selecting: (context) => context,
    recordAccess,
    checkHealth: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

const silent = makeLogger('test', 'silent');

describe('what an operation does', () => {
  test('is put on record before its answer leaves: its fields, its types and what was refused', async () => {
    const operations: ExecutedOperation[] = [];
    const execute = makeExecutor(
      aSubgraph((_, operation) => {
        operations.push(operation);
        return Promise.resolve();
      }),
      silent,
    );

    const { data } = await execute({ query: '{ name hidden: secret }' }, aRequest());

    expect(data).toEqual({ name: 'a thing', hidden: null });
    expect(operations).toHaveLength(1);
    expect(operations[0]?.outline.rootFields.get('hidden')).toBe('secret');
    expect(operations[0]?.errors[0]?.extensions.code).toBe('FORBIDDEN');
  });

  test.each([
    ['a fault of ours', new Error('password of the database: 1234'), 'INTERNAL'],
    ['no database', codedError('SUBGRAPH_UNAVAILABLE', 'No answer'), 'SUBGRAPH_UNAVAILABLE'],
  ])('is not answered when it cannot be put on record: %s', async (_, fault, code) => {
    const execute = makeExecutor(
      aSubgraph(() => Promise.reject(fault)),
      silent,
    );

    const { data, errors } = await execute({ query: '{ name }' }, aRequest());

    expect(data).toBeNull();
    expect(errors).toMatchObject([{ extensions: { code, service: 'things' } }]);
    expect(JSON.stringify(errors)).not.toContain('1234');
  });
});
