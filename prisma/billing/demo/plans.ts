import type { DemoWorld, Row } from '@cdx/demo';

/** A plan of the demo, in one currency. */
export interface DemoPlan {
  readonly id: string;
  readonly name: string;
  /** What a period costs, in cents. */
  readonly cents: number;
  readonly currency: string;
  /** The length of a period. */
  readonly months: 1 | 12;
  readonly trialDays: number;
  /** Whether what is used is charged beside the plan's price. */
  readonly isMetered: boolean;
  readonly row: Row;
}

type Offer = Pick<DemoPlan, 'name' | 'cents' | 'months' | 'trialDays' | 'isMetered'> & {
  readonly description: string;
  readonly features: readonly string[];
  readonly isActive?: boolean;
};

const offers: readonly Offer[] = [
  {
    ...{ name: 'Starter', cents: 2_900, months: 1, trialDays: 14, isMetered: false },
    ...{ description: 'For a first agent.', features: ['1 agent', '1,000 messages a month'] },
  },
  {
    ...{ name: 'Team', cents: 9_900, months: 1, trialDays: 14, isMetered: false },
    ...{
      description: 'For a team and its agents.',
      features: ['10 agents', 'Shared prompts', 'Mail support'],
    },
  },
  {
    ...{ name: 'Business', cents: 29_900, months: 1, trialDays: 0, isMetered: true },
    ...{
      description: 'For many agents, with usage by the piece.',
      features: ['100 agents', 'Single sign-on'],
    },
  },
  {
    ...{ name: 'Business yearly', cents: 299_000, months: 12, trialDays: 0, isMetered: false },
    ...{ description: 'Business for the price of ten months.', features: ['100 agents', 'Single sign-on'] },
  },
  {
    ...{ name: 'Enterprise', cents: 1_200_000, months: 12, trialDays: 0, isMetered: false },
    ...{
      description: 'By agreement.',
      features: ['Agents without limit', 'Own region', 'Telephone support'],
    },
  },
  {
    ...{ name: 'Classic', cents: 1_900, months: 1, trialDays: 0, isMetered: false, isActive: false },
    ...{ description: 'Not on offer any more.', features: ['1 agent'] },
  },
];

/** The plans in one currency, the most popular first. */
export function plansIn(world: DemoWorld, currency: string): DemoPlan[] {
  return offers.map(({ description, features, isActive = true, ...offer }) => {
    const createdAt = new Date(world.now.getTime() - 730 * 86_400_000);
    const id = world.id(`plan ${offer.name} ${currency}`, createdAt);
    const row = {
      ...{ id, name: offer.name, description, amount: offer.cents / 100, currency, features },
      ...{ interval: offer.months === 12 ? 'year' : 'month', interval_count: 1 },
      ...{ trial_period_days: offer.trialDays, is_active: isActive, created_at: createdAt },
    };
    return { id, currency, ...offer, row };
  });
}
