import { answerHttpErrors, system, type Database, type Logger } from '@cdx/kit';
import type { MediaFileRow } from '@cdx/prisma-cms/tables';
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import sql from 'sql-template-tag';
import type { Transaction } from '../context.ts';
import { kindOf } from './file-kinds.ts';
import { receiveFile, type Received } from './receive.ts';
import type { MediaStorage } from './storage.ts';

export interface MediaServerOptions {
  readonly host: string;
  readonly port: number;
  readonly database: Database<Transaction>;
  readonly storage: MediaStorage;
  readonly log: Logger;
}

const answers: Readonly<Record<Received, readonly [status: number, message: string]>> = {
  stored: [201, 'The file is stored; registerMediaFile makes it known'],
  'not expected': [401, 'There is no upload with this id and token, or its time is over'],
  'wrong size': [400, 'The file does not have the size that it was said to have'],
  'wrong type': [415, 'The file is not of the type that it was said to be'],
};

/**
 * Receives the files that `createMediaUpload` has asked for, and serves those that are registered: at an origin of its
 * own, where a file that a browser takes for a page finds nothing of ours.
 */
export async function serveMedia(options: MediaServerOptions): Promise<FastifyInstance> {
  const { host, port, log } = options;
  const server = Fastify({ forceCloseConnections: true });
  answerHttpErrors(server, log, 'There is no file here');
  server.addHook('onRequest', (_, reply, done) => {
    void reply.headers({
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
      // Sites of the tenant's show and send files from wherever they are.
      'cross-origin-resource-policy': 'cross-origin',
      'access-control-allow-origin': '*',
    });
    done();
  });
  receiveUploads(server, options);
  serveFiles(server, options);
  await server.listen({ host, port });
  return server;
}

function receiveUploads(server: FastifyInstance, { database, storage }: MediaServerOptions): void {
  // The bytes go to the storage as they come, as many as were said.
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', (_, payload, done) => done(null, payload));
  server.options('/uploads/:id', (_, reply) =>
    reply
      .headers({
        'access-control-allow-methods': 'PUT',
        'access-control-allow-headers': 'authorization, content-type',
      })
      .code(204)
      .send(),
  );
  server.put<{ Params: { id: string } }>('/uploads/:id', async ({ params: { id }, headers, raw }, reply) => {
    const [, token = ''] = /^Bearer ([\w-]+)$/.exec(headers.authorization ?? '') ?? [];
    // Not destroyed where too much comes: that would end the connection before the sender has its answer.
    const content = raw.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
    const received = await receiveFile(database, storage, { id, token }, content);
    raw.resume();
    const [status, message] = answers[received];
    return reply.code(status).send({ message });
  });
}

type Served = Pick<MediaFileRow, 'mimeType' | 'originalFilename' | 'fileSize'>;

function serveFiles(server: FastifyInstance, { database, storage }: MediaServerOptions): void {
  server.get<{ Params: { '*': string } }>('/files/*', async ({ params: { '*': path } }, reply) => {
    const file = await database.as(system).one<Served>(
      sql`select t.mime_type as "mimeType", t.original_filename as "originalFilename", t.file_size as "fileSize"
          from cms.media_files t where t.file_path = ${path}`,
    );
    const content = file && (await storage.get(path));
    if (!content) {
      reply.callNotFound();
      return reply;
    }
    return describe(reply, file).send(content);
  });
}

/** A file never changes under its path. */
function describe(reply: FastifyReply, { mimeType, originalFilename, fileSize }: Served): FastifyReply {
  const { inline, text } = kindOf(mimeType);
  // RFC 6266: the name in the form that any character has.
  const name = encodeURIComponent(originalFilename).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16)}`,
  );
  return reply.headers({
    'content-type': text ? `${mimeType}; charset=utf-8` : mimeType,
    'content-length': Number(fileSize),
    'content-disposition': `${inline ? 'inline' : 'attachment'}; filename*=UTF-8''${name}`,
    'cache-control': 'public, max-age=31536000, immutable',
  });
}
