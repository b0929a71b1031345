import type { ApolloServerPlugin } from '@apollo/server';
import type { Identity, Logger } from '@cdx/kit';
import type { ParseOptions, ValidationRule } from 'graphql';
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
  close(): Promise<void>;
}

/** Makes the limits that the settings say. */
export async function makeLimits(settings: LimitSettings, log: Logger): Promise<Limits> {
  const rates = await makeRates(settings, log);
  return {
    admit: (identity, address) => rates.takeRequest(identity, address),
    parseOptions: { maxLexicalTokens: settings.MAX_TOKENS, maxSourceLength: settings.MAX_DOCUMENT_CHARS },
    validationRules: [documentRule(settings)],
    plugins: [variableLimits(settings), costLimit(settings), loginAttempts(rates)],
    close: () => rates.close(),
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
