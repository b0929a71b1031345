import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { print } from 'graphql';
import { domains } from '../../../gateway/src/index.ts';

/** The addresses of subgraphs by name, from `auth=http://127.0.0.1:4001,…`. */
export function addressesOf(subgraphs: string): Readonly<Record<string, string>> {
  return Object.fromEntries(subgraphs.split(',').map((entry) => entry.split('=', 2) as [string, string]));
}

/**
 * Writes the product's supergraph with the addresses that its subgraphs have in this run.
 * @returns the file
 */
export async function writeSupergraph(folder: string, subgraphs: string): Promise<string> {
  const addresses = addressesOf(subgraphs);
  const composed = await readFile(join(import.meta.dirname, '../../../supergraph.graphql'), 'utf8');
  const file = join(folder, 'supergraph.graphql');
  await writeFile(
    file,
    composed.replace(
      /(@join__graph\(name: "(\w+)", url: ")[^"]*/g,
      (_, before: string, name: string) => `${before}${addresses[name] ?? ''}/graphql`,
    ),
  );
  return file;
}

/**
 * Writes the contract of each of the product's subgraphs, for gateways that do not read a supergraph.
 * @returns the folder
 */
export async function writeContracts(folder: string): Promise<string> {
  const contracts = join(folder, 'contracts');
  await mkdir(contracts, { recursive: true });
  for (const { name, typeDefs } of domains) {
    await writeFile(join(contracts, `${name}.graphql`), print(typeDefs()));
  }
  return contracts;
}
