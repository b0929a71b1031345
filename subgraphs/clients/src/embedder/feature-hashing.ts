import { embeddingDimensions, type Embedder } from './embedder.ts';

const words = /[\p{Letter}\p{Number}]+/gu;

/** A word counts more than each of the letter groups that let inflections of it meet. */
const wordWeight = 1;
const trigramWeight = 0.3;

/**
 * An embedder that needs no network: words and groups of three letters are hashed to places of the vector with a
 * sign (Weinberger et al., "Feature Hashing for Large Scale Multitask Learning", 2009). It finds texts that share
 * words. It is not semantic: `car` and `automobile` are strangers to it.
 */
export const featureHashing: Embedder = {
  model: 'feature-hashing-1536',
  embed: (texts) => Promise.resolve(texts.map(embedText)),
};

function embedText(text: string): number[] {
  const vector = new Float64Array(embeddingDimensions);
  for (const [word] of text.normalize('NFKC').toLowerCase().matchAll(words)) {
    add(vector, word, wordWeight);
    const padded = `^${word}$`;
    for (let index = 0; index + 3 <= padded.length; index += 1) {
      add(vector, padded.slice(index, index + 3), trigramWeight);
    }
  }
  return normalized(vector);
}

function add(vector: Float64Array, feature: string, weight: number): void {
  const hash = fnv1a(feature);
  const place = (hash >>> 1) % embeddingDimensions;
  vector[place] = (vector[place] ?? 0) + (hash & 1 ? weight : -weight);
}

/** FNV-1a, 32 bits, over the text's UTF-16 units (Fowler, Noll, Vo). */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  // The last rounds of MurmurHash3 spread the low bits, which FNV leaves alike for alike texts.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** The vector with length 1; a text without a word gets a fixed one, since cosine knows no zero vector. */
function normalized(vector: Float64Array): number[] {
  const length = Math.hypot(...vector);
  if (length === 0) return Array.from(vector, (_, index) => (index === 0 ? 1 : 0));
  return Array.from(vector, (value) => value / length);
}
