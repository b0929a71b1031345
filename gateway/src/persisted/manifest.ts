import { createHash } from 'node:crypto';
import { OperationTypeNode, parse, print } from 'graphql';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';

/** An operation that a client sends, as the manifest has it. */
export interface RegisteredOperation {
  /** The SHA-256 of the body, in hexadecimal, where this product made the manifest. */
  readonly id: string;
  readonly name: string;
  readonly type: OperationTypeNode;
  readonly body: string;
}

/** The format of Apollo's persisted query manifests, version 1, which client libraries read. */
const manifestForm = z.object({
  format: z.literal('apollo-persisted-query-manifest'),
  version: z.literal(1),
  operations: z.array(
    z.object({ id: z.string().min(1), name: z.string(), type: z.enum(OperationTypeNode), body: z.string() }),
  ),
});

/** The registered operations. */
export interface Manifest {
  readonly operations: readonly RegisteredOperation[];
  /** The text of a registered operation. */
  bodyOf(id: string): string | undefined;
  /** Whether a text is a registered operation, however it is spaced and commented. */
  has(text: string): boolean;
}

/** Texts whose answer is kept: a client sends the same few again and again. */
const textsKept = 2_000;
/** More than any operation of a person has; a text above it is not registered and not worth reading. */
const maxTokens = 20_000;

/** Reads a manifest. Throws with what is wrong when it is none, or when one of its operations is no GraphQL. */
export function readManifest(text: string): Manifest {
  const result = manifestForm.safeParse(JSON.parse(text));
  if (!result.success) throw new Error(`This is no manifest of operations: ${z.prettifyError(result.error)}`);
  const { operations } = result.data;
  const bodies = new Map(operations.map(({ id, body }) => [id, body]));
  if (bodies.size < operations.length) throw new Error('The manifest has an id twice');
  const hashes = new Set(operations.map(({ body }) => hashOf(normalize(body))));
  const answers = new LRUCache<string, boolean>({ max: textsKept });
  return {
    operations,
    bodyOf: (id) => bodies.get(id),
    has(query) {
      const key = hashOf(query);
      const known = answers.get(key) ?? hashes.has(normalizedHash(query));
      answers.set(key, known);
      return known;
    },
  };
}

/** The manifest's text. */
export function writeManifest(operations: readonly RegisteredOperation[]): string {
  const manifest = { format: 'apollo-persisted-query-manifest', version: 1, operations };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** The SHA-256 of a text, in hexadecimal. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The hash of an operation without its spacing and comments; of the text itself when it is no GraphQL. */
export function normalizedHash(text: string): string {
  try {
    return hashOf(normalize(text));
  } catch {
    return hashOf(text);
  }
}

function normalize(text: string): string {
  return print(parse(text, { noLocation: true, maxTokens }));
}
