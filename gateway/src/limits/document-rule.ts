import { publishWork } from '@cdx/kit';
import type { ValidationRule } from 'graphql';
import { literalErrors } from './literals.ts';
import { repetitionErrors } from './repetitions.ts';
import type { LimitSettings } from './settings.ts';
import { structureErrors } from './structure.ts';

/**
 * Refuses documents over the limits before the rest of validation looks at them. That some fields of one name can be
 * merged is checked pair by pair: 2,000 repetitions would cost two million comparisons.
 */
export function documentRule(limits: LimitSettings): ValidationRule {
  return (context) => ({
    Document(document) {
      publishWork('read');
      const sizes = [...structureErrors(document, limits), ...literalErrors(document, limits)];
      const errors = sizes.length > 0 ? sizes : repetitionErrors(document, limits);
      for (const error of errors) context.reportError(error);
      // Null takes the document from the visit that all rules share, so none of them goes on.
      return errors.length > 0 ? null : undefined;
    },
  });
}
