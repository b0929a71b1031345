import type { DomainAccess } from '../matrix-types.ts';
import { mutation, stepsOfSagas, superadmin, work } from './parts.ts';

export const clients: DomainAccess = {
  holds: 'clients and what runs for them',
  rights: work,
  entities: ['Client', 'WorkflowExecution'],
  specialScopes: {
    'clients:provision': {
      description: 'Make a client with its schema, change its record, suspend and archive it',
      roles: ['superadmin', 'admin'],
      fields: ['provisionClient', 'updateClient', 'suspendClient', 'activateClient', 'archiveClient'].map(
        mutation,
      ),
    },
    'clients:drop': {
      description: 'Delete the schema of an archived client',
      roles: superadmin,
      fields: ['Mutation.deleteClient'],
    },
    'clients:memory:search': {
      description: 'Search the memories of agents',
      roles: ['superadmin', 'admin', 'client'],
      fields: ['Query.searchMemory'],
    },
  },
  exceptions: [
    stepsOfSagas(
      ['undoProvisionClient', 'archiveClientsOf', 'restoreClientsOf', 'checkUserOwnsNoClient'],
      ['Query.clientsInUse', 'ClientsInUse'],
    ),
  ],
  superadminOnly: [
    {
      reason: 'every tenant’s agents are made from it',
      fields: ['createAgentDefinition', 'updateAgentDefinition'].map(mutation),
    },
  ],
};
