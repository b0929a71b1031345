/** The width of `agent_memory.embedding`. */
export const embeddingDimensions = 1_536;

/** Turns texts into vectors whose nearness (cosine) stands for the nearness of the texts. */
export interface Embedder {
  /** Written beside each vector: vectors of different models cannot be compared. */
  readonly model: string;
  /**
   * @param texts at most 256
   * @returns a vector of `embeddingDimensions` for each text, in their order
   */
  embed(texts: readonly string[], signal?: AbortSignal): Promise<number[][]>;
}
