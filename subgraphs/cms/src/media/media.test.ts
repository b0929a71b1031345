import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId, type Identity, type Subgraph } from '@cdx/kit';
import { codes, run } from '@cdx/kit/testing';
import {
  aCmsSubgraph,
  aContentType,
  aContributor,
  anItem,
  aPage,
  ask,
  aUser,
  superadmin,
} from '../testing.ts';

let subgraph: Subgraph;
beforeAll(async () => {
  subgraph = await aCmsSubgraph({ CMS_MEDIA_PORT: '0', CMS_MEDIA_MAX_BYTES: '100000' });
});
afterAll(() => subgraph.close());

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

interface Upload {
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly expiresAt: string;
}

const anUpload = async (who: Identity, parts: object = {}): Promise<Upload> =>
  (await ask(
    subgraph,
    who,
    'mutation ($input: CreateMediaUploadInput!) { createMediaUpload(input: $input) { id method url headers expiresAt } }',
    { input: { filename: 'Logo.png', mimeType: 'image/png', fileSize: png.length, ...parts } },
  )) as Upload;

const send = (
  { url, method, headers }: Upload,
  body: Uint8Array<ArrayBuffer>,
  more: object = {},
): Promise<Response> => fetch(url, { method, headers: { ...headers, ...more }, body });

const register = (who: Identity, id: string, input = '{ altText: "The logo" }') =>
  run(subgraph, who, `mutation { registerMediaFile(uploadId: "${id}", input: ${input}) { id url } }`);

async function aFile(who: Identity, parts: object = {}): Promise<{ id: string; url: string }> {
  const upload = await anUpload(who, parts);
  expect((await send(upload, png)).status).toBe(201);
  const { data } = await register(who, upload.id);
  return data?.registerMediaFile as { id: string; url: string };
}

describe('a file', () => {
  test('is asked for, sent, registered and served', async () => {
    const admin = aUser();
    const upload = await anUpload(admin, { filename: 'C:\\pictures\\Ünser "Logo".png' });
    expect(Date.parse(upload.expiresAt)).toBeGreaterThan(Date.now());
    const sent = await send(upload, png);
    expect([sent.status, sent.headers.get('access-control-allow-origin')]).toEqual([201, '*']);
    const { url } = (await register(admin, upload.id)).data?.registerMediaFile as { url: string };
    const query = `{ mediaFile(id: "${upload.id}") { tenantId tenant { id } filename originalFilename mimeType fileSize
      altText caption metadata uploadedBy { id } } }`;
    expect(await ask(subgraph, admin, query)).toEqual({
      ...{ tenantId: admin.tenantId, tenant: { id: admin.tenantId }, filename: `${upload.id}.png` },
      ...{ originalFilename: 'Ünser "Logo".png', mimeType: 'image/png', fileSize: png.length },
      ...{ altText: 'The logo', caption: null, metadata: {}, uploadedBy: { id: admin.userId } },
    });
    const served = await fetch(url);
    expect(Buffer.from(await served.arrayBuffer())).toEqual(png);
    expect(Object.fromEntries(served.headers)).toMatchObject({
      'content-type': 'image/png',
      'content-length': String(png.length),
      'content-disposition': "inline; filename*=UTF-8''%C3%9Cnser%20%22Logo%22.png",
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining('sandbox'),
      'cache-control': 'public, max-age=31536000, immutable',
    });
  });

  test('is stored under a name that nobody has chosen', async () => {
    const admin = aUser({ tenantId: '../../etc' });
    const { id, url } = await aFile(admin, { filename: '../../passwd' });
    expect(new URL(url).pathname).toMatch(new RegExp(`^/files/[0-9a-f-]{36}/\\d{4}/\\d{2}/${id}\\.png$`));
  });

  test('is registered once, whoever asks again', async () => {
    const admin = aUser();
    const upload = await anUpload(admin);
    await send(upload, png);
    const [first, second] = await Promise.all([register(admin, upload.id), register(admin, upload.id)]);
    expect(second).toEqual(first);
    expect(await register(admin, upload.id)).toEqual(first);
    expect(codes(first)).toEqual([]);
    expect((await send(upload, png)).status).toBe(401);
  });

  test('that a browser is not to show is saved by it', async () => {
    const admin = aUser();
    const text = Buffer.from('a;b\n');
    const upload = await anUpload(admin, { filename: 'a.csv', mimeType: 'text/csv', fileSize: text.length });
    expect((await send(upload, text)).status).toBe(201);
    const { url } = (await register(admin, upload.id)).data?.registerMediaFile as { url: string };
    const { headers } = await fetch(url);
    expect([headers.get('content-type'), headers.get('content-disposition')]).toEqual([
      'text/csv; charset=utf-8',
      "attachment; filename*=UTF-8''a.csv",
    ]);
  });
});

describe('no file is asked for', () => {
  test.each([
    ['of SVG', { mimeType: 'image/svg+xml' }, 'input.mimeType: must be one of image/png'],
    ['of HTML', { mimeType: 'text/html' }, 'input.mimeType: must be one of'],
    ['that is too big', { fileSize: 100_001 }, 'input.fileSize must be at most 100000 bytes'],
    ['that is empty', { fileSize: 0 }, 'input.fileSize: must be at least 1'],
    ['with half a byte', { fileSize: 1.5 }, 'input.fileSize: must be a whole number of bytes'],
    ['without a name', { filename: 'folder/' }, 'input.filename: must not be empty'],
    [
      'with a name of two lines',
      { filename: 'a\r\nb.png' },
      'input.filename: must have no control characters',
    ],
  ])('%s', async (_, parts, message) => {
    await expect(anUpload(aUser(), parts)).rejects.toThrow(message);
  });

  test('where none are taken', async () => {
    const without = await aCmsSubgraph();
    try {
      const source = `mutation { createMediaUpload(input: { filename: "a.png", mimeType: "image/png", fileSize: 1 }) { id } }`;
      const result = await run(without, aUser(), source);
      expect(result.errors?.[0]?.message).toContain('its operator sets CMS_MEDIA_PORT');
    } finally {
      await without.close();
    }
  });
});

describe('what is sent is refused', () => {
  test('without the upload’s own token', async () => {
    const admin = aUser();
    const [upload, other] = [await anUpload(admin), await anUpload(admin)];
    for (const authorization of ['', 'Bearer ', 'Bearer x', other.headers.authorization ?? ''])
      expect((await send(upload, png, { authorization })).status).toBe(401);
    expect((await send({ ...upload, url: upload.url.replace(upload.id, newId()) }, png)).status).toBe(401);
    expect((await send({ ...upload, url: upload.url.replace(upload.id, 'x') }, png)).status).toBe(401);
  });

  test('when it is not of the size that was said', async () => {
    const admin = aUser();
    for (const fileSize of [png.length - 1, png.length + 1]) {
      const upload = await anUpload(admin, { fileSize });
      expect((await send(upload, png)).status).toBe(400);
      expect(codes(await register(admin, upload.id))).toEqual(['CONFLICT']);
    }
    const upload = await anUpload(admin, { fileSize: 100_000 });
    expect((await send(upload, Buffer.alloc(1_000_000))).status).toBe(400);
    const empty = await anUpload(admin, { fileSize: 1 });
    expect(
      (
        await fetch(empty.url, {
          method: 'PUT',
          headers: { authorization: empty.headers.authorization ?? '' },
        })
      ).status,
    ).toBe(400);
  });

  test('when it is not of the type that was said', async () => {
    const admin = aUser();
    const page = Buffer.from('<html><script>alert(1)</script></html>');
    for (const mimeType of ['image/png', 'text/plain']) {
      const upload = await anUpload(admin, { mimeType, fileSize: page.length });
      expect((await send(upload, page)).status).toBe(415);
      expect((await register(admin, upload.id)).errors?.[0]?.message).toBe('The file has not been sent yet');
    }
  });
});

describe('nothing is served', () => {
  test.each(['/files/', '/files/../../etc/passwd', '/files/%2e%2e%2fpasswd', '/', '/uploads/x'])(
    'at %s',
    async (path) => {
      const { url } = await anUpload(aUser());
      expect((await fetch(new URL(path, url))).status).toBe(404);
    },
  );

  test('that has been sent and not registered', async () => {
    const admin = aUser();
    const upload = await anUpload(admin);
    await send(upload, png);
    const known = await aFile(admin);
    const path = known.url.replace(known.id, upload.id);
    expect((await fetch(path)).status).toBe(404);
    await register(admin, upload.id);
    expect((await fetch(path)).status).toBe(200);
  });
});

describe('a registered file', () => {
  test('is described, in what is given alone', async () => {
    const admin = aUser();
    const { id } = await aFile(admin);
    const source = `mutation { updateMediaFile(id: "${id}", input: { caption: "C", metadata: { width: 1 } }) {
      altText caption metadata } }`;
    const described = { altText: 'The logo', caption: 'C', metadata: { width: 1 } };
    expect(await ask(subgraph, admin, source)).toEqual(described);
    const long = await run(
      subgraph,
      admin,
      `mutation { updateMediaFile(id: "${id}", input: { altText: "${'x'.repeat(1_001)}" }) { id } }`,
    );
    expect(codes(long)).toEqual(['BAD_USER_INPUT']);
  });

  test('is deleted with its bytes', async () => {
    const admin = aUser();
    const { id, url } = await aFile(admin);
    expect(await ask(subgraph, admin, `mutation { deleteMediaFile(id: "${id}") }`)).toBe(id);
    expect((await fetch(url)).status).toBe(404);
    expect(await ask(subgraph, admin, `{ mediaFile(id: "${id}") { id } }`)).toBeNull();
  });

  test('is not deleted while an item or a page shows it, unless by force', async () => {
    const admin = aUser();
    const { id, url } = await aFile(admin);
    const type = await aContentType(subgraph, admin);
    const item = await anItem(subgraph, admin, type, { data: { title: 'A', body: `<img src="${url}">` } });
    const page = await aPage(subgraph, admin, { content: [{ image: { id } }] });
    const remove = (force = '') => run(subgraph, admin, `mutation { deleteMediaFile(id: "${id}"${force}) }`);
    const refused = await remove();
    expect(refused.errors?.[0]?.message).toBe(
      `The file is used 2 times: ContentItem “Hello” (${item}), Page “Page” (${page})`,
    );
    await ask(subgraph, admin, `mutation { deletePage(id: "${page}") }`);
    // A former version may show it: that is no use any more.
    const other = `mutation { updateContentItem(id: "${item}", input: { data: { title: "A" } }) { id } }`;
    expect(codes(await remove())).toEqual(['CONFLICT']);
    await ask(subgraph, admin, other);
    expect((await remove()).data).toEqual({ deleteMediaFile: id });
    const second = await aFile(admin);
    await aPage(subgraph, admin, { content: { logo: second.id } });
    await ask(subgraph, admin, `mutation { deleteMediaFile(id: "${second.id}", force: true) }`);
    expect((await fetch(second.url)).status).toBe(404);
  });

  test('of another tenant is not there, nor is an upload', async () => {
    const [admin, stranger] = [aUser(), aUser()];
    const { id } = await aFile(admin);
    expect(await ask(subgraph, stranger, `{ mediaFile(id: "${id}") { id } }`)).toBeNull();
    for (const source of [`updateMediaFile(id: "${id}", input: {}) { id }`, `deleteMediaFile(id: "${id}")`])
      expect(codes(await run(subgraph, stranger, `mutation { ${source} }`))).toEqual(['NOT_FOUND']);
    const upload = await anUpload(admin);
    await send(upload, png);
    expect(codes(await register(stranger, upload.id))).toEqual(['NOT_FOUND']);
    expect(codes(await register(admin, 'x'))).toEqual(['NOT_FOUND']);
    await expect(anUpload(stranger, { tenantId: admin.tenantId })).rejects.toThrow('Only a superadmin');
    const { id: own } = await aFile(superadmin, { tenantId: admin.tenantId });
    expect(await ask(subgraph, admin, `{ mediaFile(id: "${own}") { tenantId } }`)).toEqual({
      tenantId: admin.tenantId,
    });
  });

  test('of one who only reads is changed by its uploader, and deleted by editors', async () => {
    const admin = aUser();
    const contributor = aContributor(admin.tenantId);
    const [own, other] = [await aFile(contributor), await aFile(admin)];
    const describe = (id: string) =>
      run(
        subgraph,
        contributor,
        `mutation { updateMediaFile(id: "${id}", input: { altText: "A" }) { altText } }`,
      );
    expect((await describe(own.id)).data).toEqual({ updateMediaFile: { altText: 'A' } });
    expect(codes(await describe(other.id))).toEqual(['FORBIDDEN']);
    expect(codes(await run(subgraph, contributor, `mutation { deleteMediaFile(id: "${own.id}") }`))).toEqual([
      'FORBIDDEN',
    ]);
    const upload = await anUpload(admin);
    await send(upload, png);
    expect(codes(await register(contributor, upload.id))).toEqual(['NOT_FOUND']);
  });

  test('is listed by its size and its type', async () => {
    const admin = aUser();
    await aFile(admin);
    const list = (filter: string) =>
      ask(subgraph, admin, `{ mediaFiles(filter: { ${filter} }) { totalCount } }`);
    expect(await list(`fileSize: { gte: ${png.length} }, mimeType: { startsWith: "image/" }`)).toEqual({
      totalCount: 1,
    });
    expect(await list(`fileSize: { gt: ${png.length} }`)).toEqual({ totalCount: 0 });
  });
});
