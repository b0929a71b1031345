import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { aServer, asked, nobody, run, stopServers, type Caller } from './testing.ts';

afterAll(stopServers);
beforeEach(() => void asked.splice(0));

describe('introspection of what the caller may use', () => {
  const server = aServer('filter', 'usable');
  const names = async (type: string, caller: Caller | null): Promise<unknown> => {
    const { data } = await run(server, `{ __type(name: "${type}") { fields { name } } }`, caller);
    const { __type: found } = data as { __type: { fields: { name: string }[] } | null };
    return found?.fields.map(({ name }) => name) ?? null;
  };

  test('leaves out fields and types that need more, and what only they lead to', async () => {
    expect(await names('Query', nobody)).toEqual(['open', 'customers', 'anything', 'strict']);
    expect(await names('Customer', nobody)).toEqual(['id', 'name']);
    expect(await names('Report', nobody)).toBeNull();
    expect(await names('Gold', nobody)).toBeNull();
  });

  test('shows them to who may use them', async () => {
    expect(await names('Query', { scopes: ['all', 'gold'], ipAddress: '10.0.0.1' })).toEqual([
      'open',
      'mine',
      'report',
      'vault',
      'customers',
      'things',
      'anything',
      'strict',
    ]);
    expect(await names('Gold', { scopes: ['gold'] })).toEqual(['id', 'name', 'carat']);
  });

  test('is not mixed with data, however it is written', async () => {
    for (const query of [
      '{ open __schema { queryType { name } } }',
      '{ ...A } fragment A on Query { open __schema { queryType { name } } }',
    ]) {
      expect(await run(server, query, nobody)).toMatchObject({ codes: ['BAD_USER_INPUT'] });
    }
    expect(asked).toEqual([]);
  });
});
