import type { DomainAccess } from '../matrix-types.ts';
import { stepsOfSagas, work } from './parts.ts';

export const cms: DomainAccess = {
  holds: 'content, media and pages',
  rights: work,
  exceptions: [stepsOfSagas(['createDefaultContentTypes', 'deleteDefaultContentTypes'])],
};
