import { hash } from 'node:crypto';
import type { GatewayGraphQLRequestContext, GatewayInterface } from '@apollo/server-gateway-interface';
import { Kind, parse, print, visit, BREAK, type DocumentNode, type GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';
import { liftLiterals, type LiftedDocument } from './lift-literals.ts';

/** How many different operations are kept, whatever the number of texts that they are written in. */
const operationsKept = 1_000;

/**
 * Lets operations that differ in the literals of their fields' arguments, or in how they are written, go on as one: what
 * comes after works out once for all of them what the caller may ask for, and plans them once. The operation of the
 * request stays the one that was sent, and so do the places that errors of variables are told at.
 */
export function shareOperations(gateway: GatewayInterface): GatewayInterface {
  let shared: SharedOperations | undefined;
  return {
    onSchemaLoadOrUpdate: (callback) =>
      gateway.onSchemaLoadOrUpdate((loaded) => {
        shared = new SharedOperations(loaded.apiSchema);
        callback(loaded);
      }),
    async load(config) {
      const { executor } = await gateway.load(config);
      if (!executor) throw new TypeError('The gateway has no executor');
      return {
        executor(context) {
          if (!shared) throw new TypeError('An operation came before the schema');
          return executor(shared.of(context));
        },
      };
    },
    stop: () => gateway.stop(),
  };
}

class SharedOperations {
  readonly #schema: GraphQLSchema;
  /** By the hash of what is left of an operation without its literals. */
  readonly #documents = new LRUCache<string, DocumentNode>({ max: operationsKept });
  /** Documents are kept by who parses them, so the same text comes as the same object. */
  readonly #lifted = new WeakMap<DocumentNode, LiftedDocument>();

  constructor(schema: GraphQLSchema) {
    this.#schema = schema;
  }

  of(context: GatewayGraphQLRequestContext): GatewayGraphQLRequestContext {
    const { request } = context;
    const { document, literals } = this.#lift(context.document);
    if (document === context.document) return context;
    return {
      ...context,
      document,
      request: { ...request, variables: { ...request.variables, ...literals } },
    };
  }

  #lift(document: DocumentNode): LiftedDocument {
    let lifted = this.#lifted.get(document);
    if (!lifted) {
      lifted = isShareable(document) ? this.#share(document) : { document, literals: {} };
      this.#lifted.set(document, lifted);
    }
    return lifted;
  }

  #share(sent: DocumentNode): LiftedDocument {
    const { document, literals } = liftLiterals(this.#schema, sent);
    const text = print(document);
    const key = hash('sha256', text);
    let shared = this.#documents.get(key);
    if (!shared) {
      // Without the places in the text that happened to be the first.
      shared = parse(text, { noLocation: true });
      this.#documents.set(key, shared);
    }
    return { document: shared, literals };
  }
}

/** What asks for the schema is answered by the document as it is, and so is one of several operations. */
function isShareable(document: DocumentNode): boolean {
  const operations = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  let asksForSchema = false;
  visit(document, {
    Field({ name }) {
      asksForSchema = name.value === '__schema' || name.value === '__type';
      return asksForSchema ? BREAK : undefined;
    },
  });
  return operations.length === 1 && !asksForSchema;
}
