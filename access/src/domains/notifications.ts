import type { DomainAccess } from '../matrix-types.ts';
import { mutation, stepsOfSagas, work } from './parts.ts';

export const notifications: DomainAccess = {
  holds: 'notifications and their deliveries',
  entities: ['Notification'],
  rights: work,
  exceptions: [
    {
      policy: 'read',
      reason: 'a user’s own notifications, and where the user gets them',
      coordinates: [
        ...['markNotificationRead', 'markAllNotificationsRead', 'deleteNotification'].map(mutation),
        ...['subscribeChannel', 'unsubscribeChannel'].map(mutation),
      ],
    },
    stepsOfSagas(['forgetUserInNotifications']),
  ],
};
