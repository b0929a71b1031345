import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { embeddingDimensions, featureHashing } from './index.ts';

async function vectorOf(text: string): Promise<number[]> {
  const [vector] = await featureHashing.embed([text]);
  if (!vector) throw new Error('no vector');
  return vector;
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, index) => sum + value * (b[index] ?? NaN), 0);

const similarity = async (a: string, b: string): Promise<number> => dot(await vectorOf(a), await vectorOf(b));

describe('feature hashing', () => {
  test('gives any text one vector of length 1, the same every time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 200 }), async (text) => {
        const vector = await vectorOf(text);
        expect(vector).toHaveLength(embeddingDimensions);
        expect(dot(vector, vector)).toBeCloseTo(1, 9);
        expect(await vectorOf(text)).toEqual(vector);
      }),
    );
  });

  test('does not change from release to release, since stored vectors are compared with new ones', async () => {
    const vector = await vectorOf('tea');
    const places = vector.flatMap((value, place) => (value === 0 ? [] : [[place, Number(value.toFixed(6))]]));
    expect(places).toEqual([
      [153, 0.219382],
      [344, 0.950654],
      [872, 0.219382],
    ]);
  });

  test('gives as many vectors as texts, in their order', async () => {
    const texts = ['one', 'two', '', 'one'];
    const vectors = await featureHashing.embed(texts);
    expect(vectors).toEqual(await Promise.all(texts.map(vectorOf)));
    expect(await featureHashing.embed([])).toEqual([]);
  });

  test('puts texts that share words nearer than strangers', async () => {
    const near = await similarity('the invoice is unpaid', 'an unpaid invoice');
    expect(near).toBeGreaterThan(0.5);
    expect(near).toBeGreaterThan(await similarity('the invoice is unpaid', 'green tea from Japan'));
  });

  test('puts inflections of a word nearer than strangers', async () => {
    expect(await similarity('invoices', 'invoice')).toBeGreaterThan(await similarity('invoices', 'harbour'));
  });

  test('knows no meaning: words that share no letters are strangers', async () => {
    expect(Math.abs(await similarity('car', 'vehicle'))).toBeLessThan(0.2);
  });

  test.each([
    ['case', 'Green TEA', 'green tea'],
    ['punctuation', 'green, tea!', 'green tea'],
    ['width of letters', 'ｇｒｅｅｎ tea', 'green tea'],
    ['composition of accents', 'cafe\u0301', 'caf\u00e9'],
  ])('does not mind the %s', async (_, one, other) => {
    expect(await vectorOf(one)).toEqual(await vectorOf(other));
  });

  test.each(['', ' ', '!?', '🙂'])(
    'gives %j, which has no word, a vector that can be compared',
    async (text) => {
      expect(await vectorOf(text)).toEqual(await vectorOf(''));
      expect(await similarity(text, text)).toBe(1);
    },
  );
});
