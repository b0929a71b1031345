import { mkdtemp, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { makeLogger } from '../log.ts';
import { readSettings } from '../settings.ts';
import { internalSecretSettings, openSecrets, readSecrets, type SecretSource } from './secrets.ts';

const log = makeLogger('test', 'silent');
const old = 'the old secret of the tests and long enough to be one';
const next = 'the next secret of the tests and long enough as well';
const schema = z.object(internalSecretSettings);
const open = (environment: Record<string, string>) => openSecrets(readSettings(schema, environment), log);
const texts = (source: SecretSource | undefined): string[] | undefined =>
  source?.current().map((secret) => secret.export().toString());

async function eventually(check: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 50 && !check(); attempt += 1) await sleep(100);
}

describe('internal secrets', () => {
  test('may be several, in their order', async () => {
    expect(texts(await open({ CDX_INTERNAL_SECRET: `${old}, ${next}` }))).toEqual([old, next]);
    expect(await open({})).toBeUndefined();
  });

  test.each(['', ',', 'short', `${old},short`])('are refused when one is too short: %j', (text) => {
    expect(() => readSecrets(text)).toThrow('at least 32 characters');
  });

  test('are not repeated when they are wrong', () => {
    expect(() => readSettings(schema, { CDX_INTERNAL_SECRET: 'hunter2' })).not.toThrow(/hunter2/);
  });

  test('follow their file, which wins over the variable; a wrong content is refused', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'cdx-secrets-')), 'secret');
    await writeFile(file, `${old}\n`);
    const source = await open({ CDX_INTERNAL_SECRET: next, CDX_INTERNAL_SECRET_FILE: file });
    expect(texts(source)).toEqual([old]);
    await writeFile(file, 'short');
    await sleep(1_500);
    expect(texts(source)).toEqual([old]);
    await writeFile(`${file}.new`, `${next}\n${old}\n`);
    await rename(`${file}.new`, file);
    await eventually(() => texts(source)?.[0] === next);
    expect(texts(source)).toEqual([next, old]);
    source?.close();
  });

  test('of a file that is not there stop the start', async () => {
    await expect(open({ CDX_INTERNAL_SECRET_FILE: '/nowhere/secret' })).rejects.toThrow('ENOENT');
  });
});
