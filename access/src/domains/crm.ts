import type { DomainAccess } from '../matrix-types.ts';
import { stepsOfSagas, work } from './parts.ts';

export const crm: DomainAccess = {
  holds: 'customers, leads, interactions and pipelines',
  rights: work,
  entities: ['Customer'],
  exceptions: [stepsOfSagas(['createDefaultPipeline', 'deleteDefaultPipeline', 'forgetUserInCrm'])],
};
