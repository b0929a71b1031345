import type { SubgraphRequest } from '../context/subgraph.ts';
import { badInput } from '../errors/errors.ts';
import { idOf, newId } from './uuid.ts';

/**
 * The id of an object about to be made. With a key it follows from the caller, the operation and the key, so that a
 * repeated request names the same object, and the database's primary key sees to it that there is only one.
 * @param operation the mutation's name
 * @param key what the caller chose; at most 200 characters
 */
export function idFor(
  { identity }: Pick<SubgraphRequest, 'identity'>,
  operation: string,
  key: string | null | undefined,
): string {
  if (key == null) return newId();
  if (key.length === 0 || key.length > 200) throw badInput('idempotencyKey', 'a text of 1 to 200 characters');
  return idOf(identity.userId, operation, key);
}
