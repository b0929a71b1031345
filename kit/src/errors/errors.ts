import { GraphQLError } from 'graphql';
import type { ErrorCode } from './codes.ts';

/** What an error tells its caller beside the message. */
export interface ErrorDetails {
  /** The input that was wrong, as a path from the field's arguments: `input.email`. */
  readonly field?: string;
  /** What would have been accepted, in words. */
  readonly expected?: string;
  /** Seconds after which the same request may succeed. */
  readonly retryAfterSeconds?: number;
}

/** An error that is meant for the caller: a sentence, a code from the closed list, and what was expected. */
export function codedError(code: ErrorCode, message: string, details: ErrorDetails = {}): GraphQLError {
  return new GraphQLError(message, { extensions: { code, ...details } });
}

/**
 * The caller's input is wrong.
 * @param field the argument, as a path: `filter.id.eq`
 * @param expected what would be accepted, as a noun phrase: `a UUID`
 */
export function badInput(field: string, expected: string): GraphQLError {
  return codedError('BAD_USER_INPUT', `${field} must be ${expected}`, { field, expected });
}

/** The operation needs a logged-in caller and there is none. */
export function unauthenticated(message = 'Log in to do this'): GraphQLError {
  return codedError('UNAUTHENTICATED', message);
}

/** The caller is known and may not do this. */
export function forbidden(message = 'You may not do this'): GraphQLError {
  return codedError('FORBIDDEN', message);
}

/** The object is absent, or the caller may not know that it exists: both are answered alike. */
export function notFound(type: string, id: string): GraphQLError {
  return codedError('NOT_FOUND', `There is no ${type} ${id}`);
}

/** The write meets a state that it did not expect: a taken name, an old version. */
export function conflict(message: string, details: ErrorDetails = {}): GraphQLError {
  return codedError('CONFLICT', message, details);
}
