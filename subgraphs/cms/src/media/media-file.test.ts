import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Subgraph } from '@cdx/kit';
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
import { aFile, anUpload, png, register, send } from './testing.ts';

let subgraph: Subgraph;
beforeAll(async () => {
  subgraph = await aCmsSubgraph({ CMS_MEDIA_PORT: '0' });
});
afterAll(() => subgraph.close());

describe('a registered file', () => {
  test('is described, in what is given alone', async () => {
    const admin = aUser();
    const { id } = await aFile(subgraph, admin);
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
    const { id, url } = await aFile(subgraph, admin);
    expect(await ask(subgraph, admin, `mutation { deleteMediaFile(id: "${id}") }`)).toBe(id);
    expect((await fetch(url)).status).toBe(404);
    expect(await ask(subgraph, admin, `{ mediaFile(id: "${id}") { id } }`)).toBeNull();
  });

  test('is not deleted while an item or a page shows it, unless by force', async () => {
    const admin = aUser();
    const { id, url } = await aFile(subgraph, admin);
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
    const second = await aFile(subgraph, admin);
    await aPage(subgraph, admin, { content: { logo: second.id } });
    await ask(subgraph, admin, `mutation { deleteMediaFile(id: "${second.id}", force: true) }`);
    expect((await fetch(second.url)).status).toBe(404);
  });

  test('of another tenant is not there, nor is an upload', async () => {
    const [admin, stranger] = [aUser(), aUser()];
    const { id } = await aFile(subgraph, admin);
    expect(await ask(subgraph, stranger, `{ mediaFile(id: "${id}") { id } }`)).toBeNull();
    for (const source of [`updateMediaFile(id: "${id}", input: {}) { id }`, `deleteMediaFile(id: "${id}")`])
      expect(codes(await run(subgraph, stranger, `mutation { ${source} }`))).toEqual(['NOT_FOUND']);
    const upload = await anUpload(subgraph, admin);
    await send(upload, png);
    expect(codes(await register(subgraph, stranger, upload.id))).toEqual(['NOT_FOUND']);
    expect(codes(await register(subgraph, admin, 'x'))).toEqual(['NOT_FOUND']);
    await expect(anUpload(subgraph, stranger, { tenantId: admin.tenantId })).rejects.toThrow(
      'Only a superadmin',
    );
    const { id: own } = await aFile(subgraph, superadmin, { tenantId: admin.tenantId });
    expect(await ask(subgraph, admin, `{ mediaFile(id: "${own}") { tenantId } }`)).toEqual({
      tenantId: admin.tenantId,
    });
  });

  test('of one who only reads is changed by its uploader, and deleted by editors', async () => {
    const admin = aUser();
    const contributor = aContributor(admin.tenantId);
    const [own, other] = [await aFile(subgraph, contributor), await aFile(subgraph, admin)];
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
    const upload = await anUpload(subgraph, admin);
    await send(upload, png);
    expect(codes(await register(subgraph, contributor, upload.id))).toEqual(['NOT_FOUND']);
  });

  test('is listed by its size and its type', async () => {
    const admin = aUser();
    await aFile(subgraph, admin);
    const list = (filter: string) =>
      ask(subgraph, admin, `{ mediaFiles(filter: { ${filter} }) { totalCount } }`);
    expect(await list(`fileSize: { gte: ${png.length} }, mimeType: { startsWith: "image/" }`)).toEqual({
      totalCount: 1,
    });
    expect(await list(`fileSize: { gt: ${png.length} }`)).toEqual({ totalCount: 0 });
  });
});
