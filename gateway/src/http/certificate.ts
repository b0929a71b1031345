import { readFileSync } from 'node:fs';
import { createSecureContext, type Server } from 'node:tls';
import { followFile, SettingsError, type Logger } from '@cdx/kit';
import type { Settings } from '../settings.ts';

/** The files of a server's certificate, as PEM. */
export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

/**
 * The certificate that the settings name; undefined where the gateway does not do TLS.
 * @throws SettingsError when one of the files is named without the other
 */
export function certificateFiles({
  TLS_CERT_FILE: cert,
  TLS_KEY_FILE: key,
}: Pick<Settings, 'TLS_CERT_FILE' | 'TLS_KEY_FILE'>): CertificateFiles | undefined {
  if (cert !== undefined && key !== undefined) return { cert, key };
  if (cert === undefined && key === undefined) return undefined;
  throw new SettingsError('TLS_CERT_FILE and TLS_KEY_FILE must be given together');
}

/**
 * Gives a server its certificate, and another one when the files change; connections that are open keep theirs. While
 * one of them is new and the other is not yet, the old ones go on.
 * @returns what ends looking at the files
 * @throws the reason when there is no certificate, or its key is another's
 */
export async function followCertificate(
  server: Server,
  { cert, key }: CertificateFiles,
  log: Logger,
): Promise<() => void> {
  const use = (): void => {
    const pair = { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
    // Throws where the two are none, before the server has forgotten those that it has.
    createSecureContext(pair);
    server.setSecureContext(pair);
  };
  const followed = [await followFile(cert, use, log), await followFile(key, use, log)];
  return () => {
    for (const file of followed) file.close();
  };
}
