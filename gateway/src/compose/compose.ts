import { composeServices } from '@apollo/composition';
import { GraphQLError, type DocumentNode } from 'graphql';
import { lintSubgraphs } from './lint.ts';

/** A subgraph as composition sees it. */
export interface ComposedSubgraph {
  readonly name: string;
  readonly url: string;
  readonly typeDefs: DocumentNode;
}

/** The subgraphs do not fit together; the message has a paragraph for each mistake. */
export class CompositionError extends Error {
  override readonly name = 'CompositionError';
}

/**
 * Composes subgraphs into a supergraph schema.
 * @returns the supergraph's SDL, its parts in a fixed order whatever the order of the subgraphs
 * @throws CompositionError naming for each mistake the subgraph, the coordinate and what to do
 */
export function composeSupergraph(subgraphs: readonly ComposedSubgraph[]): string {
  const complaints = lintSubgraphs(subgraphs);
  if (complaints.length > 0) throw new CompositionError(complaints.map(paragraph).join('\n\n'));
  const { supergraphSdl, errors } = composeServices(
    subgraphs.map(({ name, url, typeDefs }) => ({ name, url, typeDefs })),
  );
  if (errors) throw new CompositionError(errors.map(describe).join('\n\n'));
  return supergraphSdl;
}

/** A rule of this product that a subgraph breaks. */
export interface Complaint {
  readonly subgraph: string;
  /** `Type.field` (GraphQL specification, "Schema Coordinates"). */
  readonly coordinate: string;
  readonly problem: string;
  readonly hint: string;
}

function paragraph({ subgraph, coordinate, problem, hint }: Complaint): string {
  return `[${subgraph}] ${coordinate}: ${problem}\n  Hint: ${hint}`;
}

/** What to do about the mistakes that are made most; the rest says it in its message. */
const hints: Readonly<Record<string, string>> = {
  INVALID_FIELD_SHARING: 'Let one subgraph own the field, or mark it @shareable in all of them.',
  FIELD_TYPE_MISMATCH: 'Give the field the same type in all subgraphs.',
  SATISFIABILITY_ERROR: 'Add a @key by which the field’s subgraph can be entered, and resolve it there.',
  KEY_INVALID_FIELDS: 'Name fields in @key that the type has in this subgraph.',
  EXTERNAL_MISSING_ON_BASE: 'Define the field in the subgraph that owns the type.',
  REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH: 'Give the argument in all subgraphs, or make it optional.',
  ENUM_VALUE_MISMATCH: 'Give the enum the same values in all subgraphs, or use it only in outputs.',
  INVALID_GRAPHQL: 'Correct the SDL; `npm run compose` prints all its mistakes.',
};

function describe(error: GraphQLError): string {
  const code = typeof error.extensions.code === 'string' ? error.extensions.code : 'INVALID_GRAPHQL';
  const subgraphs = [
    ...new Set((error.nodes ?? []).map((node) => Reflect.get(node, 'subgraph') as unknown)),
  ].filter((name) => typeof name === 'string');
  const named = subgraphs.length > 0 && !error.message.startsWith('[') ? `[${subgraphs.join(', ')}] ` : '';
  const coordinate = /"([A-Z]\w*(?:\.\w+)?(?:\(\w+:\))?)"/.exec(error.message)?.[1];
  const place = coordinate && !error.message.startsWith(coordinate) ? `${coordinate}: ` : '';
  return `${named}${place}${error.message} (${code})\n  Hint: ${hints[code] ?? 'See the federation documentation for this code.'}`;
}
