import type { Settings } from '../settings.ts';
import { s3Storage } from './s3-storage.ts';
import { folderStorage, type MediaStorage } from './storage.ts';

/**
 * Where the settings have files kept: in a bucket where they name one, else in a folder.
 * @throws Error when a bucket is named and no key for it
 */
export function makeStorage(settings: Settings): MediaStorage {
  const {
    CMS_MEDIA_FOLDER: folder,
    CMS_MEDIA_S3_BUCKET: name,
    CMS_MEDIA_S3_REGION: region,
    CMS_MEDIA_S3_ENDPOINT: endpoint = `https://s3.${region}.amazonaws.com`,
    CMS_MEDIA_S3_ACCESS_KEY_ID: accessKeyId,
    CMS_MEDIA_S3_SECRET_ACCESS_KEY: secretAccessKey,
  } = settings;
  if (name === undefined) return folderStorage(folder);
  if (accessKeyId === undefined || secretAccessKey === undefined)
    throw new Error(
      'CMS_MEDIA_S3_ACCESS_KEY_ID and CMS_MEDIA_S3_SECRET_ACCESS_KEY are needed with CMS_MEDIA_S3_BUCKET',
    );
  return s3Storage({ endpoint, name, region, accessKeyId, secretAccessKey });
}
