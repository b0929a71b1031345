import type { DomainAccess } from '../matrix-types.ts';
import { mutation, stepsOfSagas, superadmin, work } from './parts.ts';

export const templates: DomainAccess = {
  holds: 'persona templates, prompt templates and system prompts',
  rights: work,
  entities: ['PersonaTemplate'],
  specialScopes: {
    'templates:publish': {
      description: 'Publish and retire persona templates',
      roles: ['superadmin', 'admin'],
      fields: ['publishPersonaTemplate', 'retirePersonaTemplate'].map(mutation),
    },
    // A system prompt is global by its input, so those fields need `templates:write`, their resolvers ask for
    // this, and row-level security for the role superadmin.
    'templates:global': {
      description: 'Change what everybody uses: prompt templates, global system prompts',
      roles: superadmin,
      fields: ['createPromptTemplate', 'updatePromptTemplate', 'deletePromptTemplate'].map(mutation),
    },
  },
  exceptions: [
    {
      policy: 'read',
      reason: 'whoever may use a prompt may say whether it worked',
      coordinates: ['Mutation.recordPromptUse'],
    },
    stepsOfSagas(['forgetUserInTemplates']),
  ],
};
