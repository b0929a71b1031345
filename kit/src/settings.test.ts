import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { databaseUrl, describeSettings, integer, readSettings } from './settings.ts';

const schema = z.object({
  PORT: integer(1, 65_535).default(4_000).describe('Where to listen.'),
  URL: databaseUrl.describe('The database.'),
});

describe('settings', () => {
  test('are read by their names, with defaults for what is unset or empty', () => {
    const url = 'postgres://a:b@localhost/c';
    expect(readSettings(schema, { PORT: '', URL: url })).toEqual({ PORT: 4_000, URL: url });
    expect(readSettings(schema, { PORT: '80', URL: url }).PORT).toBe(80);
  });

  test('tell all mistakes at once, and no value', () => {
    const read = () => readSettings(schema, { PORT: 'eighty', URL: 'http://secret@host' });
    expect(read).toThrow(/PORT: must be a whole number from 1 to 65535\n.*URL: must be a URL/s);
    expect(read).not.toThrow(/secret/);
  });

  test('describe themselves', () => {
    expect(describeSettings(schema)).toEqual([
      { name: 'PORT', description: 'Where to listen.', fallback: '4000' },
      { name: 'URL', description: 'The database.', fallback: null },
    ]);
  });
});
