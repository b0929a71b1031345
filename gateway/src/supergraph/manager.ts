/** Where the supergraph comes from, and what it is replaced by later. */
export interface SupergraphManager {
  /**
   * Answers the first supergraph, and begins to look for others.
   * @throws Error when there is none to begin with
   */
  initialize(serving: SupergraphServing): Promise<ManagedSupergraph>;
}

/** What a manager may do with a supergraph that it has found. */
export interface SupergraphServing {
  /** Serves it from now on. Throws when it is none that can be served; the one before goes on. */
  readonly update: (supergraph: string) => void;
  /** The same, once all its subgraphs have answered; rejects with the reason when one does not. */
  readonly updateIfHealthy: (supergraph: string) => Promise<void>;
}

/** The supergraph to begin with, as SDL. */
export interface ManagedSupergraph {
  readonly supergraphSdl: string;
  /** Ends the looking for others. */
  readonly cleanup?: () => void;
}
