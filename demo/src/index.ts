export { businesses, type Business } from './businesses.ts';
export { customersOf, type DemoCustomer } from './customers.ts';
export type { DomainDemo, Row, Tables, Value } from './rows.ts';
export {
  between,
  cycle,
  day,
  daysBefore,
  demoId,
  demoTokenHash,
  now,
  seeded,
  weighted,
  type Faker,
} from './random.ts';
export {
  makeWorld,
  type DemoClient,
  type DemoPerson,
  type DemoTenant,
  type DemoWorld,
  type WorldParts,
} from './world.ts';
