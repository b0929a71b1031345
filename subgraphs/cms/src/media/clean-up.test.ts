import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectDatabase, idOf, makeLogger, newId, system, type Database } from '@cdx/kit';
import { testDatabaseUrl } from '@cdx/kit/testing';
import { PrismaClient, tables } from '@cdx/prisma-cms';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { Transaction } from '../context.ts';
import { endExpiredUploads, scheduleCleanUp } from './clean-up.ts';
import { hashOf, receiveFile } from './receive.ts';
import { folderStorage, type MediaStorage } from './storage.ts';

let folder: string;
let storage: MediaStorage;
let database: Database<Transaction>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cdx-clean-up-'));
  storage = folderStorage(folder);
  database = connectDatabase<Transaction>({
    ...{ name: 'cms', url: testDatabaseUrl('CMS_DATABASE_URL'), poolSize: 4, tables },
    prisma: (adapter) => new PrismaClient({ adapter }),
  });
});
afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true });
});

const text = 'hello';

/** An upload whose file has come, and which then expires in so many milliseconds. */
async function anUpload(expiresInMs: number): Promise<{ id: string; path: string }> {
  const [id, tenantId] = [newId(), 'clean-up'];
  const path = `${idOf(tenantId)}/2026/11/${id}.txt`;
  const data = {
    ...{ id, tenantId, tokenHash: hashOf(id), originalFilename: 'a.txt', mimeType: 'text/plain' },
    ...{ fileSize: text.length, filePath: path, requestedBy: newId() },
    expiresAt: new Date(Date.now() + 60_000),
  };
  await database.as(system).write((tx) => tx.mediaUpload.create({ data }));
  // eslint-disable-next-line @typescript-eslint/require-await -- as a stream comes
  const content = (async function* () {
    yield Buffer.from(text);
  })();
  expect(await receiveFile(database, storage, { id, token: id }, content)).toBe('stored');
  const expiresAt = new Date(Date.now() + expiresInMs);
  await database.as(system).write((tx) => tx.mediaUpload.updateMany({ where: { id }, data: { expiresAt } }));
  return { id, path };
}

const exists = async ({ id, path }: { id: string; path: string }): Promise<[row: boolean, file: boolean]> => {
  const row = await database.as(system).write((tx) => tx.mediaUpload.findUnique({ where: { id } }));
  return [row !== null, (await storage.head(path)) !== null];
};

test('uploads whose time is over end with what was sent, and no others', async () => {
  const [over, open] = [await anUpload(-1), await anUpload(60_000)];
  expect(await endExpiredUploads(database, storage)).toBe(1);
  expect([await exists(over), await exists(open)]).toEqual([
    [false, false],
    [true, true],
  ]);
  expect(await endExpiredUploads(database, storage)).toBe(0);
  await database.as(system).write((tx) => tx.mediaUpload.deleteMany({ where: { id: open.id } }));
});

test('processes that end them at the same time end each once', async () => {
  const uploads = [await anUpload(-1), await anUpload(-1), await anUpload(-1)];
  const ended = await Promise.all([1, 2, 3].map(() => endExpiredUploads(database, storage)));
  expect(ended.reduce((sum, count) => sum + count)).toBe(uploads.length);
  for (const upload of uploads) expect(await exists(upload)).toEqual([false, false]);
});

test('one that is broken off is done by the next', async () => {
  const upload = await anUpload(-1);
  const breaking = { ...storage, delete: () => Promise.reject(new Error('the disk is full')) };
  await expect(endExpiredUploads(database, breaking)).rejects.toThrow('the disk is full');
  expect(await exists(upload)).toEqual([true, true]);
  expect(await endExpiredUploads(database, storage)).toBe(1);
  expect(await exists(upload)).toEqual([false, false]);
});

test('the schedule runs until it is ended, and goes on after a failure', async () => {
  jest.useFakeTimers();
  const log = makeLogger('test', 'silent');
  const logged = jest.spyOn(log, 'error');
  let [calls, failing] = [0, true];
  const as = (): ReturnType<typeof database.as> => {
    calls += 1;
    if (failing) throw new Error('the database is away');
    return { ...database.as(system), write: () => Promise.resolve(0 as never) };
  };
  const end = scheduleCleanUp({ ...database, as }, storage, 15, log);
  try {
    await jest.advanceTimersByTimeAsync(15 * 60_000);
    expect([calls, logged.mock.calls.length]).toEqual([1, 1]);
    failing = false;
    await jest.advanceTimersByTimeAsync(15 * 60_000);
    await end();
    await jest.advanceTimersByTimeAsync(60 * 60_000);
    expect([calls, logged.mock.calls.length]).toEqual([2, 1]);
  } finally {
    await end();
    jest.useRealTimers();
  }
});
