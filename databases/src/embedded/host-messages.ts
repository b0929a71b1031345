import type { MariadbInstallation } from '../mariadb-installation.ts';

/** What the host is to start; a part that is absent is not wanted. */
export interface HostOrder {
  /** The folder that holds all data; it is locked for as long as the host runs. */
  readonly dataDir: string;
  readonly postgres: { readonly folder: string; readonly password: string } | undefined;
  readonly mariadb:
    | { readonly folder: string; readonly password: string; readonly installation: MariadbInstallation }
    | undefined;
}

/** How the host fared. */
export type HostReport =
  | {
      readonly kind: 'ready';
      readonly postgresPort: number | undefined;
      readonly mariadbPort: number | undefined;
    }
  | { readonly kind: 'failed'; readonly reason: string };
