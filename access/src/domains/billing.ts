import type { DomainAccess } from '../matrix-types.ts';
import { mutation, stepsOfSagas } from './parts.ts';

export const billing: DomainAccess = {
  holds: 'plans, subscriptions, invoices and payments',
  rights: { superadmin: 'rw', admin: 'r', client: 'r own', user: '-' },
  exceptions: [stepsOfSagas(['endSubscriptionsOf', 'keepSubscriptionsOf'], ['Query.renewingSubscriptions'])],
  superadminOnly: [
    {
      reason: 'nobody settles their own bills, whatever has been granted',
      fields: [
        ...['createPlan', 'updatePlan', 'createSubscription', 'updateSubscription'],
        ...['changeSubscriptionPlan', 'cancelSubscription', 'resumeSubscription', 'renewSubscriptions'],
        ...['createInvoice', 'updateInvoice', 'deleteInvoice', 'openInvoice', 'voidInvoice'],
        ...['markInvoiceUncollectible', 'recordPayment', 'succeedPayment', 'failPayment', 'refundPayment'],
        ...['recordSubscriptionUsage', 'deleteSubscriptionUsage'],
      ].map(mutation),
    },
  ],
};
