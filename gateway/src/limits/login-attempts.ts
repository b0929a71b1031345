import type { ApolloServerPlugin } from '@apollo/server';
import {
  Kind,
  OperationTypeNode,
  type DocumentNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import type { RequestContext } from '../execution/request-context.ts';
import type { Rates } from './rates.ts';

/** The mutations that try to get into an account, or make one. */
const attempts = new Set([
  'login',
  'register',
  'refreshToken',
  'requestPasswordReset',
  'resetPassword',
  'verifyEmail',
]);

/** Counts attempts to log in by address, each one in an operation that makes several under aliases. */
export function loginAttempts(rates: Rates): ApolloServerPlugin<RequestContext> {
  return {
    requestDidStart: () =>
      Promise.resolve({
        async didResolveOperation({ document, operation, contextValue }) {
          if (operation?.operation !== OperationTypeNode.MUTATION) return;
          const count = countAttempts(document, operation);
          if (count > 0) await rates.takeAttempts(contextValue.request.ipAddress ?? 'unknown', count);
        },
      }),
  };
}

/** How many attempts an operation makes. Its fragments are known to be free of cycles. */
export function countAttempts(document: DocumentNode, operation: OperationDefinitionNode): number {
  const fragments = new Map(
    document.definitions
      .filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment.selectionSet]),
  );
  const count = ({ selections }: SelectionSetNode): number =>
    selections
      .map((node) => {
        if (node.kind === Kind.FIELD) return attempts.has(node.name.value) ? 1 : 0;
        const set = node.kind === Kind.INLINE_FRAGMENT ? node.selectionSet : fragments.get(node.name.value);
        return set ? count(set) : 0;
      })
      .reduce<number>((sum, one) => sum + one, 0);
  return count(operation.selectionSet);
}
