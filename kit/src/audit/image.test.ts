import { describe, expect, test } from '@jest/globals';
import { newId, uuidToBytes } from '../ids/uuid.ts';
import type { TableDescriptor } from '../sql/table.ts';
import { imageOf, imagesOfChange } from './image.ts';

const people: TableDescriptor = {
  model: 'Person',
  schema: null,
  table: 'people',
  primaryKey: ['id'],
  columns: {
    id: { column: 'id', type: 'uuid', nullable: false },
    email: { column: 'email', type: 'text', nullable: false, privacy: 'personal' },
    phone: { column: 'phone', type: 'text', nullable: true, privacy: 'personal' },
    passwordHash: { column: 'password_hash', type: 'text', nullable: false, privacy: 'secret' },
    settings: { column: 'settings', type: 'json', nullable: false },
    bornAt: { column: 'born_at', type: 'timestamp', nullable: true },
    hiredOn: { column: 'hired_on', type: 'date', nullable: true },
  },
};

describe('an image', () => {
  test.each([
    ['an address keeps its first letter and its domain', { email: 'ann@example.com' }, 'a***@example.com'],
    ['a personal text keeps its first letter', { phone: '+41 44' }, '+***'],
    ['a personal value that is not there stays null', { phone: null }, null],
    ['a secret vanishes', { passwordHash: 'argon2' }, '***'],
    [
      'a key in bytes is text',
      { id: uuidToBytes('01930001-0000-7000-8000-000000000001') },
      '01930001-0000-7000-8000-000000000001',
    ],
    ['a moment is ISO 8601', { bornAt: new Date(0) }, '1970-01-01T00:00:00.000Z'],
    ['a day is a day', { hiredOn: new Date('2026-02-28') }, '2026-02-28'],
  ])('%s', (_, values, expected) => {
    expect(Object.values(imageOf(people, values))).toEqual([expected]);
  });

  test('has no property that is no column, and none that was not given', () => {
    expect(imageOf(people, { vector: [1, 2], phone: undefined, settings: { a: 1 } })).toEqual({
      settings: { a: 1 },
    });
  });
});

describe('the images of a change', () => {
  test('have what differs, and nothing else', () => {
    const row = { id: newId(), email: 'ann@example.com', settings: { a: 1, b: 2 } };
    const changed = { ...row, email: 'ann@example.org', settings: { b: 2, a: 1 } };
    expect(imagesOfChange(people, row, changed)).toEqual({
      before: { email: 'a***@example.com' },
      after: { email: 'a***@example.org' },
    });
  });

  test('tell that a secret has changed, and not from what to what', () => {
    expect(imagesOfChange(people, { passwordHash: 'one' }, { passwordHash: 'two' })).toEqual({
      before: { passwordHash: '***' },
      after: { passwordHash: '***' },
    });
  });
});
