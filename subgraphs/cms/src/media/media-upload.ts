import { randomBytes } from 'node:crypto';
import {
  asJson,
  badInput,
  conflict,
  idOf,
  isUuid,
  newId,
  notFound,
  parseInput,
  requireUser,
  selectColumns,
  tenantId,
  tenantOf,
} from '@cdx/kit';
import { MediaUpload as table, type MediaUploadRow } from '@cdx/prisma-cms/tables';
import sql from 'sql-template-tag';
import { z } from 'zod';
import type { MutationResolvers } from '../../generated/resolvers.ts';
import type { Context } from '../context.ts';
import { isOfType, kindOf, mimeTypes } from './file-kinds.ts';
import { describing, existingFile, loadFile } from './media-file.ts';
import { hashOf } from './receive.ts';

/** How long a file may take to come, in milliseconds. */
const validMs = 3_600_000;

/** Where and how a file is to be sent. */
export interface Upload {
  readonly id: string;
  readonly method: 'PUT';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly expiresAt: Date;
}

/** The name of a file without the folders that some browsers send along. */
const filename = z
  .string()
  .transform((text) => text.split(/[/\\]/).at(-1) ?? '')
  .pipe(
    z
      .string()
      .trim()
      .min(1, 'must not be empty')
      .max(255, 'must have at most 255 characters')
      .regex(/^\P{C}*$/u, 'must have no control characters'),
  );

const uploadInput = z.object({
  tenantId: tenantId.nullish(),
  filename,
  mimeType: z.enum(mimeTypes, `must be one of ${mimeTypes.join(', ')}`),
  fileSize: z.int('must be a whole number of bytes').min(1, 'must be at least 1'),
});

export const mutation: Pick<MutationResolvers, 'createMediaUpload' | 'registerMediaFile'> = {
  async createMediaUpload(_, { input }, context) {
    const { userId } = requireUser(context);
    const { tenantId: wanted, filename: originalFilename, ...values } = parseInput(uploadInput, input);
    const { url, maxBytes } = context.services.media;
    if (url === null) throw conflict('This installation takes no files: its operator sets CMS_MEDIA_PORT');
    if (values.fileSize > maxBytes) throw badInput('input.fileSize', `at most ${maxBytes} bytes`);
    const [id, tenant, token] = [
      newId(),
      tenantOf(requireUser(context), wanted),
      randomBytes(32).toString('base64url'),
    ];
    const expiresAt = new Date(Date.now() + validMs);
    const data = {
      ...{ id, originalFilename, ...values, tenantId: tenant, requestedBy: userId, expiresAt },
      ...{ tokenHash: hashOf(token), filePath: pathFor(tenant, id, values.mimeType) },
    };
    await context.db.write((tx) => tx.mediaUpload.create({ data, select: { id: true } }));
    const headers = { authorization: `Bearer ${token}`, 'content-type': values.mimeType };
    return { id, method: 'PUT', url: `${url}/uploads/${id}`, headers, expiresAt } satisfies Upload;
  },

  async registerMediaFile(_, { uploadId, input }, context) {
    requireUser(context);
    const { altText, caption, metadata } = parseInput(describing, input ?? {});
    const upload = await findUpload(context, uploadId);
    // The file has the id of its upload, so that a repeated request finds what the first one made.
    const registered = upload ? null : await loadFile(context, uploadId);
    if (registered) return registered;
    if (!upload) throw notFound('MediaUpload', uploadId);
    await checkSent(context, upload);
    const { id, tenantId: tenant, originalFilename, mimeType, fileSize, filePath } = upload;
    const data = {
      ...{ id, tenantId: tenant, originalFilename, mimeType, filePath, fileSize: Number(fileSize) },
      ...{ filename: filePath.split('/').at(-1) ?? filePath, uploadedBy: upload.requestedBy },
      ...{ url: `${context.services.media.url ?? ''}/files/${filePath}` },
      ...{ altText: altText ?? null, caption: caption ?? null, metadata: asJson(metadata ?? {}) },
    };
    await context.db.write(async (tx) => {
      const { count } = await tx.mediaUpload.deleteMany({ where: { id } });
      if (count > 0) await tx.mediaFile.create({ data, select: { id: true } });
    });
    return existingFile(context, id);
  },
};

/** Where a file is stored: by its tenant, its time and its id, and by nothing that its uploader says. */
function pathFor(tenant: string, id: string, mimeType: string): string {
  const [year, month] = new Date().toISOString().split('-');
  // The tenant's id may have any characters, so an id that follows from it stands for it.
  return `${idOf('cms.media', tenant)}/${year ?? ''}/${month ?? ''}/${id}.${kindOf(mimeType).extension}`;
}

/** Sees to it that the file of an upload has come in time, and is what it was said to be. */
async function checkSent(
  { services: { media } }: Context,
  { expiresAt, filePath, fileSize, mimeType }: MediaUploadRow,
): Promise<void> {
  if (expiresAt <= new Date()) throw conflict('This upload has expired; ask for another');
  const head = await media.storage.head(filePath);
  if (!head) throw conflict('The file has not been sent yet', { field: 'uploadId' });
  const asSaid = head.size === Number(fileSize) && (await isOfType(mimeType, head.start));
  if (!asSaid) throw badInput('uploadId', `of a file of ${fileSize} bytes and the type ${mimeType}`);
}

async function findUpload(context: Context, id: string): Promise<MediaUploadRow | undefined> {
  if (!isUuid(id)) return undefined;
  return context.db.one<MediaUploadRow>(
    sql`select ${selectColumns('postgres', table)} from cms.media_uploads t where t.id = ${id}::uuid`,
  );
}
