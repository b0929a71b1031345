import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId, type Subgraph } from '@cdx/kit';
import { codes, run } from '@cdx/kit/testing';
import { aCmsSubgraph, ask, aUser } from '../testing.ts';
import { aFile, anUpload, png, register, send } from './testing.ts';

let subgraph: Subgraph;
beforeAll(async () => {
  subgraph = await aCmsSubgraph({ CMS_MEDIA_PORT: '0', CMS_MEDIA_MAX_BYTES: '100000' });
});
afterAll(() => subgraph.close());

describe('a file', () => {
  test('is asked for, sent, registered and served', async () => {
    const admin = aUser();
    const upload = await anUpload(subgraph, admin, { filename: 'C:\\pictures\\Ünser "Logo".png' });
    expect(Date.parse(upload.expiresAt)).toBeGreaterThan(Date.now());
    const sent = await send(upload, png);
    expect([sent.status, sent.headers.get('access-control-allow-origin')]).toEqual([201, '*']);
    const { url } = (await register(subgraph, admin, upload.id)).data?.registerMediaFile as { url: string };
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
    const { id, url } = await aFile(subgraph, admin, { filename: '../../passwd' });
    expect(new URL(url).pathname).toMatch(new RegExp(`^/files/[0-9a-f-]{36}/\\d{4}/\\d{2}/${id}\\.png$`));
  });

  test('is registered once, whoever asks again', async () => {
    const admin = aUser();
    const upload = await anUpload(subgraph, admin);
    await send(upload, png);
    const [first, second] = await Promise.all([
      register(subgraph, admin, upload.id),
      register(subgraph, admin, upload.id),
    ]);
    expect(second).toEqual(first);
    expect(await register(subgraph, admin, upload.id)).toEqual(first);
    expect(codes(first)).toEqual([]);
    expect((await send(upload, png)).status).toBe(401);
  });

  test('that a browser is not to show is saved by it', async () => {
    const admin = aUser();
    const text = Buffer.from('a;b\n');
    const upload = await anUpload(subgraph, admin, {
      filename: 'a.csv',
      mimeType: 'text/csv',
      fileSize: text.length,
    });
    expect((await send(upload, text)).status).toBe(201);
    const { url } = (await register(subgraph, admin, upload.id)).data?.registerMediaFile as { url: string };
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
    await expect(anUpload(subgraph, aUser(), parts)).rejects.toThrow(message);
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
    const [upload, other] = [await anUpload(subgraph, admin), await anUpload(subgraph, admin)];
    for (const authorization of ['', 'Bearer ', 'Bearer x', other.headers.authorization ?? ''])
      expect((await send(upload, png, { authorization })).status).toBe(401);
    expect((await send({ ...upload, url: upload.url.replace(upload.id, newId()) }, png)).status).toBe(401);
    expect((await send({ ...upload, url: upload.url.replace(upload.id, 'x') }, png)).status).toBe(401);
  });

  test('when it is not of the size that was said', async () => {
    const admin = aUser();
    for (const fileSize of [png.length - 1, png.length + 1]) {
      const upload = await anUpload(subgraph, admin, { fileSize });
      expect((await send(upload, png)).status).toBe(400);
      expect(codes(await register(subgraph, admin, upload.id))).toEqual(['CONFLICT']);
    }
    const upload = await anUpload(subgraph, admin, { fileSize: 100_000 });
    expect((await send(upload, Buffer.alloc(1_000_000))).status).toBe(400);
    const empty = await anUpload(subgraph, admin, { fileSize: 1 });
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
      const upload = await anUpload(subgraph, admin, { mimeType, fileSize: page.length });
      expect((await send(upload, page)).status).toBe(415);
      expect((await register(subgraph, admin, upload.id)).errors?.[0]?.message).toBe(
        'The file has not been sent yet',
      );
    }
  });
});

describe('nothing is served', () => {
  test.each(['/files/', '/files/../../etc/passwd', '/files/%2e%2e%2fpasswd', '/', '/uploads/x'])(
    'at %s',
    async (path) => {
      const { url } = await anUpload(subgraph, aUser());
      expect((await fetch(new URL(path, url))).status).toBe(404);
    },
  );

  test('that has been sent and not registered', async () => {
    const admin = aUser();
    const upload = await anUpload(subgraph, admin);
    await send(upload, png);
    const known = await aFile(subgraph, admin);
    const path = known.url.replace(known.id, upload.id);
    expect((await fetch(path)).status).toBe(404);
    await register(subgraph, admin, upload.id);
    expect((await fetch(path)).status).toBe(200);
  });
});
