import type { ApolloServerPlugin } from '@apollo/server';
import type { Identity } from '@cdx/kit';
import type { ParseOptions, ValidationRule } from 'graphql';
import type { Redis } from 'ioredis';
import type { RequestContext } from '../execution/request-context.ts';
import { costLimit } from './cost/index.ts';
import { documentRule } from './document-rule.ts';
import { loginAttempts } from './login-attempts.ts';
import { makeRates } from './rates.ts';
import type { LimitSettings } from './settings.ts';
import { variableErrors } from './variables.ts';

/** What keeps one caller from taking what all others need, in the order in which a request meets it. */
export interface Limits {
  /**
   * Counts a request that has come from a caller.
   * @throws RATE_LIMITED when there have been too many
   */
  admit(identity: Pick<Identity, 'userId'>, address: string): Promise<void>;
  readonly parseOptions: ParseOptions;
  readonly validationRules: ValidationRule[];
  readonly plugins: readonly ApolloServerPlugin<RequestContext>[];
}

/**
 * Makes the limits that the settings say.
 * @param redis where rates are counted; in this process without it
 */
export function makeLimits(settings: LimitSettings, redis: Redis | undefined): Limits {
  const rates = makeRates(settings, redis);
  return {
    admit: (identity, address) => rates.takeRequest(identity, address),
    parseOptions: { maxLexicalTokens: settings.MAX_TOKENS, maxSourceLength: settings.MAX_DOCUMENT_CHARS },
    validationRules: [documentRule(settings)],
    plugins: [variableLimits(settings), costLimit(settings), loginAttempts(rates)],
  };
}

function variableLimits(settings: LimitSettings): ApolloServerPlugin<RequestContext> {
  return {
    requestDidStart: () =>
      Promise.resolve({
        didResolveOperation({ request: { variables = {} } }) {
          const [error] = variableErrors(variables, settings);
          if (error) throw error;
          return Promise.resolve();
        },
      }),
  };
}
