import { expect, test } from '@jest/globals';
import { pino } from 'pino';
import { maskPersonal, RequestLog } from './log.ts';
import type { TableDescriptor } from './sql/table.ts';

const people: TableDescriptor = {
  model: 'Person',
  schema: null,
  table: 'people',
  primaryKey: ['id'],
  columns: {
    id: { column: 'id', type: 'uuid', nullable: false },
    email: { column: 'email', type: 'text', nullable: false, privacy: 'personal' },
    tokenHash: { column: 'token_hash', type: 'text', nullable: false, privacy: 'secret' },
  },
};

test('a domain’s logger hides secrets and the personal columns of its tables, at the top and in an object', () => {
  const lines: string[] = [];
  const log = maskPersonal(pino({ name: 'things' }, { write: (line) => lines.push(line) }), {
    Person: people,
  });
  const person = { id: 1, email: 'ann@example.com', tokenHash: 'abc', password: 'secret' };

  new RequestLog(log, 'r').info({ ...person, person }, 'a person');

  const shown = { id: 1, email: '[Redacted]', tokenHash: '[Redacted]', password: '[Redacted]' };
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    name: 'things',
    requestId: 'r',
    ...shown,
    person: shown,
  });
});
