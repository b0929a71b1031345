import { uuid } from '@cdx/kit';
import { z } from 'zod';
import { defineSaga, type Scope, type Step } from './definition.ts';

/** What `deleteUserEverywhere` takes. */
export const deleteUserInput = z.object({ id: uuid.toLowerCase() });

export type DeleteUserInput = z.output<typeof deleteUserInput>;

type DeletionStep = Step<DeleteUserInput>;

const before = z.object({ user: z.object({ isActive: z.boolean() }).nullable() });

const userId = ({ input: { id } }: Scope<DeleteUserInput>) => ({ id });

/** All that may refuse, and what it needs to be taken back. */
const closing: readonly DeletionStep[] = [
  {
    ...{ name: 'accountBefore', service: 'auth', keepsAnswer: true },
    run: { query: 'query ($id: ID!) { user(id: $id) { isActive } }', variables: userId },
    undo: 'nothing',
  },
  {
    ...{ name: 'ownership', service: 'clients' },
    run: {
      isInternal: true,
      query: 'mutation ($id: ID!) { checkUserOwnsNoClient(userId: $id) }',
      variables: userId,
    },
    undo: 'nothing',
  },
  {
    ...{ name: 'access', service: 'auth' },
    run: {
      query: 'mutation ($id: ID!) { updateUser(id: $id, input: { isActive: false }) { id } }',
      variables: userId,
    },
    undo: {
      query:
        'mutation ($id: ID!, $isActive: Boolean!) { updateUser(id: $id, input: { isActive: $isActive }) { id } }',
      variables: (scope) => ({
        ...userId(scope),
        isActive: before.parse(scope.kept('accountBefore')).user?.isActive ?? false,
      }),
    },
  },
];

const forgotten = z.object({ isComplete: z.boolean() });

/**
 * A domain forgets the user, in as many requests as it takes. What is deleted does not come back, so from here on there is
 * only forwards.
 */
const forgetting = (service: string, mutation: string): DeletionStep => ({
  ...{ name: service, service },
  run: {
    isInternal: true,
    query: `mutation ($id: ID!) { isComplete: ${mutation}(userId: $id) }`,
    variables: userId,
  },
  isComplete: (answer) => forgotten.parse(answer).isComplete,
});

/**
 * Deletes a user in all domains: what is the user's own is deleted, of what others need the reference is taken out. The
 * account goes last, so that until then it can be seen what is left to do.
 */
export const deleteUserEverywhere = defineSaga({
  kind: 'deleteUserEverywhere',
  input: deleteUserInput,
  steps: [
    ...closing,
    // First, since it refuses the last owner of the platform, by one request.
    forgetting('platform', 'forgetUserInPlatform'),
    forgetting('crm', 'forgetUserInCrm'),
    forgetting('notifications', 'forgetUserInNotifications'),
    forgetting('analytics', 'forgetUserInAnalytics'),
    forgetting('templates', 'forgetUserInTemplates'),
    {
      ...{ name: 'account', service: 'auth' },
      run: { isInternal: true, query: 'mutation ($id: ID!) { deleteAccount(id: $id) }', variables: userId },
    },
  ],
  retain: (input) => input,
});
