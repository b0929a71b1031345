import { connectDatabase, defineSubgraph, type Database, type Logger, type Subgraph } from '@cdx/kit';
import { PrismaClient, tables } from '@cdx/prisma-cms';
import type { FastifyInstance } from 'fastify';
import type { Resolvers } from '../generated/resolvers.ts';
import * as items from './content-item.ts';
import * as publication from './content-publication.ts';
import * as revisions from './content-revision.ts';
import * as types from './content-type.ts';
import * as defaultTypes from './default-content-types.ts';
import * as itemWrites from './content-writes.ts';
import type { Services, Transaction } from './context.ts';
import { scheduleCleanUp } from './media/clean-up.ts';
import { makeStorage } from './media/make-storage.ts';
import * as files from './media/media-file.ts';
import { serveMedia } from './media/media-server.ts';
import * as uploads from './media/media-upload.ts';
import type { MediaStorage } from './media/storage.ts';
import * as pages from './page.ts';
import * as pageTree from './page-tree.ts';
import * as pageWrites from './page-writes.ts';
import { SchemaValidators } from './schemas/validators.ts';
import * as search from './search.ts';
import type { Settings } from './settings.ts';
import * as summary from './summary.ts';

export { settingsSchema, type Settings } from './settings.ts';

/** The domain's contract. */
const schemaFile = new URL('../schema.graphql', import.meta.url);

const resolvers: Resolvers = {
  Query: {
    ...types.query,
    ...items.query,
    ...files.query,
    ...pages.query,
    ...pageTree.query,
    ...search.query,
  },
  Mutation: {
    ...types.mutation,
    ...defaultTypes.mutation,
    ...itemWrites.mutation,
    ...publication.mutation,
    ...uploads.mutation,
    ...files.mutation,
    ...pageWrites.mutation,
  },
  ContentType: { ...types.contentType, ...items.contentType },
  ContentItem: { ...items.contentItem, ...revisions.contentItem },
  ContentRevision: revisions.contentRevision,
  MediaFile: files.mediaFile,
  Page: pages.page,
  PageTreeEntry: pageTree.pageTreeEntry,
  Tenant: summary.tenant,
  Platform: summary.platform,
  User: items.user,
};

/** The cms domain: a tenant's content, media files and pages. */
export async function createSubgraph(settings: Settings, log: Logger): Promise<Subgraph> {
  const database = connectDatabase<Transaction>({
    name: 'cms',
    url: settings.CMS_DATABASE_URL,
    replicaUrl: settings.CMS_DATABASE_REPLICA_URL,
    poolSize: settings.CMS_DATABASE_POOL_SIZE,
    tables,
    prisma: (adapter) => new PrismaClient({ adapter }),
  });
  const storage = makeStorage(settings);
  const server = await openMediaServer(settings, database, storage, log);
  const services: Services = {
    validators: new SchemaValidators(),
    media: { storage, url: urlOf(settings, server), maxBytes: settings.CMS_MEDIA_MAX_BYTES },
  };
  const endCleanUp = scheduleCleanUp(database, storage, settings.CMS_CLEAN_UP_MINUTES, log);
  return defineSubgraph({
    name: 'cms',
    schemaFile,
    resolvers,
    database,
    services,
    log,
    async close() {
      await endCleanUp();
      await server?.close();
    },
  });
}

async function openMediaServer(
  { CMS_MEDIA_HOST: host, CMS_MEDIA_PORT: port }: Settings,
  database: Database<Transaction>,
  storage: MediaStorage,
  log: Logger,
): Promise<FastifyInstance | undefined> {
  if (port === undefined) return undefined;
  return serveMedia({ host, port, database, storage, log });
}

/** How files are reached: as the operator says, or where they are served; null where they are not. */
function urlOf({ CMS_MEDIA_URL: url }: Settings, server: FastifyInstance | undefined): string | null {
  if (!server) return null;
  if (url !== undefined) return url;
  const address = server.server.address();
  if (typeof address !== 'object' || address === null)
    throw new TypeError('The media server listens at no port');
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${host}:${address.port}`;
}
