import { v5 } from 'uuid';
import type { SubgraphRequest } from '../context/subgraph.ts';
import { badInput } from '../errors/errors.ts';
import { newId } from './uuid.ts';

/** The name space (RFC 9562, version 5) of ids that follow from a caller's key. */
const namespace = '7f1f4d0a-6b6c-5f0e-9a53-0c4b8f0f6c11';

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
  return v5(JSON.stringify([identity.userId, operation, key]), namespace);
}
