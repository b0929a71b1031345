import {
  day,
  seeded,
  weighted,
  type DemoPerson,
  type DemoTenant,
  type DemoWorld,
  type Faker,
  type Row,
} from '@cdx/demo';

/** A notification with its deliveries. */
interface Told {
  readonly row: Row;
  readonly deliveries: readonly Row[];
}

type Type = 'info' | 'success' | 'warning' | 'error';
type Channel = 'in_app' | 'email' | 'push' | 'sms';

/** How many notifications all tenants have together at scale 1. */
const atStandard = 4_000;

/** How many of a tenant's are of the last day, so that its figures have something to show. */
const ofLastDay = 12;

const texts: Readonly<Record<Type, readonly (readonly [title: string, message: string])[]>> = {
  info: [
    ['A new lead is yours', 'Somebody has asked for an offer; call back within the day.'],
    ['The weekly report is ready', 'Figures of the last seven days are in your dashboard.'],
    ['A page was published', 'The page that you have worked on is on the web now.'],
  ],
  success: [
    ['An invoice was paid', 'The payment has arrived and the invoice is closed.'],
    ['A lead was won', 'The offer has been accepted. Congratulations to everybody.'],
  ],
  warning: [
    ['The quota is nearly used', 'Four fifths of the messages of this month have been sent.'],
    ['An invoice is due soon', 'It is due in three days and has not been paid.'],
  ],
  error: [
    ['An agent has stopped', 'A step of its workflow has failed three times.'],
    ['A payment was refused', 'The bank has refused the payment; ask for another way.'],
  ],
};

const errors: Readonly<Record<Channel, string>> = {
  in_app: '',
  email: 'The mail server has refused the mail (550)',
  push: 'The push service has answered 410',
  sms: 'The SMS service has answered 400',
};

/** What the users of a tenant were told in a year, twelve times of it in the last day. */
export function notificationsOf(world: DemoWorld, tenant: DemoTenant): Told[] {
  const { length: tenants } = world.tenants;
  const count = Math.ceil(world.count(atStandard, tenants * 60) / tenants);
  return Array.from({ length: count }, (_, index) => notification(world, tenant, index));
}

function notification(world: DemoWorld, tenant: DemoTenant, index: number): Told {
  const path = `notification ${tenant.id} ${index}`;
  const user = world.someUser(tenant, path);
  const random = seeded(path);
  const isNew = index < ofLastDay;
  const at = isNew ? world.daysAgo(random, 0.05, 0.9) : world.daysAgo(random, 1, 365);
  const type = weighted<Type>(random, { info: 50, success: 25, warning: 17, error: 8 });
  const channels = channelsOf(random, index);
  const [title, message] = random.helpers.arrayElement(texts[type]);
  const id = world.id(path, at);
  const readAt = isNew || random.number.int({ max: 99 }) < 15 ? null : after(random, world, at);
  const row = {
    ...{ id, tenant_id: tenant.id, user_id: user.id, title, message, type, channel: channels[0] ?? 'in_app' },
    ...{ read: readAt !== null, read_at: readAt, metadata: {}, created_at: at },
  };
  // The first ones are the newest: of them one fails by each channel, later one in thirty.
  const fails = index < 4 || random.number.int({ max: 29 }) === 0;
  const deliveries = channels.map((channel) =>
    delivery(world, { id, user, tenant, at, channel, fails: fails && channel !== 'in_app' }),
  );
  return { row, deliveries };
}

/** In the app always; of the first each has another channel beside. */
function channelsOf(random: Faker, index: number): readonly Channel[] {
  const others = ['email', 'push', 'sms'] as const;
  const first = others[index];
  if (first) return ['in_app', first];
  const other = weighted<Channel>(random, { in_app: 55, email: 30, push: 10, sms: 5 });
  return other === 'in_app' ? ['in_app'] : ['in_app', other];
}

interface Way {
  readonly id: string;
  readonly tenant: DemoTenant;
  readonly user: DemoPerson;
  readonly at: Date;
  readonly channel: Channel;
  readonly fails: boolean;
}

function delivery(world: DemoWorld, { id, tenant, user, at, channel, fails }: Way): Row {
  const [isInApp, settled] = [channel === 'in_app', new Date(at.getTime() + 5_000)];
  return {
    ...{ id: world.id(`delivery ${id} ${channel}`, at), tenant_id: tenant.id, user_id: user.id },
    ...{ notification_id: id, channel, recipient: recipientOf(channel, user), attempts: 1 },
    status: fails ? 'failed' : isInApp ? 'delivered' : 'sent',
    provider_reference: fails || isInApp ? null : `demo-${id}`,
    error: fails ? errors[channel] : null,
    ...{ queued_at: at, sent_at: fails ? null : isInApp ? at : settled, failed_at: fails ? settled : null },
  };
}

/** The numbers are of those that are given to nobody (Ofcom, numbers for drama). */
function recipientOf(channel: Channel, { id, email }: DemoPerson): string {
  const recipients = { in_app: id, email, push: `https://push.example/${id}`, sms: '+447700900123' };
  return recipients[channel];
}

/** A time within two days, or now where that is earlier. */
function after(random: Faker, { now }: DemoWorld, at: Date): Date {
  const later = at.getTime() + random.number.int({ min: 60_000, max: 2 * day });
  return new Date(Math.min(later, now.getTime()));
}
