/** What each native server is started with. */
export interface NativeServerOptions {
  /** Where downloaded programs are kept. */
  readonly cacheDir: string;
  /** Where its data may be put; what a former run left there is replaced. */
  readonly dataDir: string;
  readonly password: string;
  /** Told of every wait before it begins. */
  readonly onProgress: (step: string) => void;
}

/** A server that runs. */
export interface NativeServer {
  readonly url: string;
  stop(): Promise<void>;
}
