import { createHash } from 'node:crypto';
import { isUuid, system, type Database } from '@cdx/kit';
import type { MediaUploadRow } from '@cdx/prisma-cms/tables';
import sql from 'sql-template-tag';
import type { Transaction } from '../context.ts';
import { isOfType } from './file-kinds.ts';
import type { MediaStorage } from './storage.ts';

/** What became of a file that was sent. */
export type Received = 'stored' | 'not expected' | 'wrong size' | 'wrong type';

class WrongSize extends Error {}

/** A token as it is stored: whoever reads the database can send nothing. */
export function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/**
 * Stores a file that was asked for by `createMediaUpload`, if it is what was said there.
 * @param token what lets the sender send it
 */
export async function receiveFile(
  database: Database<Transaction>,
  storage: MediaStorage,
  { id, token }: { readonly id: string; readonly token: string },
  content: AsyncIterable<Uint8Array>,
): Promise<Received> {
  if (!isUuid(id)) return 'not expected';
  const upload = await database.as(system).one<Pick<MediaUploadRow, 'filePath' | 'fileSize' | 'mimeType'>>(
    sql`select t.file_path as "filePath", t.file_size as "fileSize", t.mime_type as "mimeType"
        from cms.media_uploads t where t.id = ${id}::uuid and t.token_hash = ${hashOf(token)} and t.expires_at > now()`,
  );
  if (!upload) return 'not expected';
  try {
    const size = Number(upload.fileSize);
    await storage.put(upload.filePath, exactly(size, content), size);
  } catch (error) {
    if (error instanceof WrongSize) return 'wrong size';
    throw error;
  }
  const head = await storage.head(upload.filePath);
  if (head && (await isOfType(upload.mimeType, head.start))) return 'stored';
  await storage.delete(upload.filePath);
  return 'wrong type';
}

/** The bytes as they come, if there are as many as there should be; it ends at the first too many. */
async function* exactly(size: number, content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let left = size;
  for await (const chunk of content) {
    left -= chunk.length;
    if (left < 0) throw new WrongSize();
    yield chunk;
  }
  if (left > 0) throw new WrongSize();
}
