import type { Identity, Subgraph } from '@cdx/kit';
import { run } from '@cdx/kit/testing';
import { ask } from '../testing.ts';

/** The smallest image. */
export const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

/** Where and how a file is to be sent. */
export interface Upload {
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly expiresAt: string;
}

/** Asks for a place to send the image to. */
export const anUpload = async (subgraph: Subgraph, who: Identity, parts: object = {}): Promise<Upload> =>
  (await ask(
    subgraph,
    who,
    'mutation ($input: CreateMediaUploadInput!) { createMediaUpload(input: $input) { id method url headers expiresAt } }',
    { input: { filename: 'Logo.png', mimeType: 'image/png', fileSize: png.length, ...parts } },
  )) as Upload;

/** Sends bytes to where they were asked for. */
export const send = (
  { url, method, headers }: Upload,
  body: Uint8Array<ArrayBuffer>,
  more: object = {},
): Promise<Response> => fetch(url, { method, headers: { ...headers, ...more }, body });

/** Makes a sent file known; answers what became of it. */
export const register = (subgraph: Subgraph, who: Identity, id: string): ReturnType<typeof run> =>
  run(
    subgraph,
    who,
    `mutation { registerMediaFile(uploadId: "${id}", input: { altText: "The logo" }) { id url } }`,
  );

/** The image, sent and registered. */
export async function aFile(
  subgraph: Subgraph,
  who: Identity,
  parts: object = {},
): Promise<{ id: string; url: string }> {
  const upload = await anUpload(subgraph, who, parts);
  const { status } = await send(upload, png);
  if (status !== 201) throw new Error(`The file was refused with ${status}`);
  const { data, errors } = await register(subgraph, who, upload.id);
  if (errors?.[0]) throw errors[0];
  return data?.registerMediaFile as { id: string; url: string };
}
