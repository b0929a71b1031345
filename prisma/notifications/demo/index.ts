import type { DomainDemo } from '@cdx/demo';
import { notificationsOf } from './notifications.ts';
import { subscriptionsOf } from './subscriptions.ts';

/** A year of notifications, of how they were delivered, and where the users of the demo are reached. */
export const demo: DomainDemo = {
  marker: 'notifications.notifications',
  plan(world) {
    const subscriptions = world.tenants.flatMap((tenant) => subscriptionsOf(world, tenant));
    const told = world.tenants.flatMap((tenant) => notificationsOf(world, tenant));
    return [
      ['notifications.channel_subscriptions', subscriptions],
      ['notifications.notifications', told.map(({ row }) => row)],
      ['notifications.deliveries', told.flatMap(({ deliveries }) => deliveries)],
    ];
  },
};
