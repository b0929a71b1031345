export { embeddingDimensions, type Embedder } from './embedder.ts';
export { featureHashing } from './feature-hashing.ts';
export { httpEmbedder, type HttpEmbedderOptions } from './http.ts';
