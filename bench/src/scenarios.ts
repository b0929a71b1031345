import { featureHashing } from '../../subgraphs/clients/src/embedder/index.ts';
import { operations, ownTexts, type OperationName } from './operations.ts';
import type { Tenant, World } from './world.ts';

/** A request as it goes over the wire. */
export interface BenchRequest {
  readonly authorization: string;
  readonly body: string;
  /** What ways with another schema are sent instead, by their names. */
  readonly ownBodies?: Readonly<Record<string, string>>;
}

/** Something that is measured: requests of one operation, no two alike in a row. */
export interface Case {
  /** `dashboard`, or of a curve `entities 500`. */
  readonly name: string;
  readonly scenario: ScenarioName;
  readonly requests: readonly BenchRequest[];
  /** How many requests are on their way at once. */
  readonly connections: number;
  /** The fixed rate that latencies are taken at, per second; none for points of a curve. */
  readonly perSecond?: number;
}

export const scenarioNames = [
  'dashboard',
  'point',
  'list',
  'customers',
  'search',
  'overview',
  'mutation',
  'entities',
  'connections',
] as const;
export type ScenarioName = (typeof scenarioNames)[number];

/** How many requests are prepared: many more than are ever on their way, so that none can be answered for another. */
const variety = 2_048;
const usualConnections = 8;

/** Clients and agents of each to ask for; an agent brings its maker, its persona and two memories. */
const growth = [
  { clients: 1, agents: 1 },
  { clients: 1, agents: 10 },
  { clients: 5, agents: 20 },
  { clients: 20, agents: 50 },
  { clients: 40, agents: 50 },
] as const;
const objectsPerAgent = 5;

const pick = <Thing>(list: readonly Thing[], index: number): Thing => {
  const thing = list[index % list.length];
  if (thing === undefined) throw new Error('The demo data has nothing to ask for');
  return thing;
};

/** The list, begun at another place. */
const rotated = <Thing>(list: readonly Thing[], by: number): Thing[] => {
  const start = by % Math.max(1, list.length);
  return [...list.slice(start), ...list.slice(0, start)];
};

function request(authorization: string, operationName: OperationName, variables: object): BenchRequest {
  const bodyOf = (query: string): string => JSON.stringify({ operationName, query, variables });
  const own = Object.entries(ownTexts).flatMap(([way, texts]) => {
    const text = texts[operationName];
    return text === undefined ? [] : [[way, bodyOf(text)]];
  });
  return {
    authorization,
    body: bodyOf(operations[operationName]),
    ...(own.length > 0 ? { ownBodies: Object.fromEntries(own) as Record<string, string> } : {}),
  };
}

/** The request as it goes to one way. */
export function requestFor(way: string, sent: BenchRequest): BenchRequest {
  const body = sent.ownBodies?.[way];
  return body === undefined ? sent : { authorization: sent.authorization, body };
}

type Make = (index: number, tenant: Tenant, turn: number) => BenchRequest;

/** Requests of all tenants' admins in turn. */
function perTenant({ tenants }: World, make: Make, count = variety): BenchRequest[] {
  return Array.from({ length: count }, (_, index) =>
    make(index, pick(tenants, index), Math.floor(index / tenants.length)),
  );
}

const letters = 'abcdefghijklmnopqrstuvwxyz'.split('');

const point: Make = (_, { authorization, userIds }, turn) =>
  request(authorization, 'Point', { id: pick(userIds, turn) });

async function searches(world: World): Promise<BenchRequest[]> {
  const words = ['invoice', 'delivery', 'refund', 'training', 'allergy', 'meeting', 'price', 'newsletter'];
  const texts = Array.from(
    { length: 256 },
    (_, index) => `${pick(words, index)} ${pick(words, index >> 3)} ${index}`,
  );
  const vectors = await featureHashing.embed(texts);
  return perTenant(
    world,
    (index, { authorization, clientIds }, turn) =>
      request(authorization, 'Search', { client: pick(clientIds, turn), vector: pick(vectors, index) }),
    vectors.length,
  );
}

/** The cases of a scenario. */
export async function casesOf(scenario: ScenarioName, world: World): Promise<Case[]> {
  const one = (requests: readonly BenchRequest[], perSecond: number): Case[] => [
    { name: scenario, scenario, requests, connections: usualConnections, perSecond },
  ];
  switch (scenario) {
    case 'dashboard':
      return one(
        perTenant(world, (_, { authorization, clientIds }, turn) =>
          request(authorization, 'Dashboard', { ids: rotated(clientIds, turn) }),
        ),
        10,
      );
    case 'point':
      return one(perTenant(world, point), 100);
    case 'list':
      return one(
        perTenant(world, (_, { id, authorization }, turn) => {
          const from = pick(letters, turn) + pick(letters, Math.floor(turn / letters.length));
          return request(authorization, 'ListPage', { tenant: id, from });
        }),
        50,
      );
    case 'customers':
      return one(
        perTenant(world, (_, { id, authorization }, turn) =>
          request(authorization, 'Customers', { tenant: id, first: 31 + (turn % 20) }),
        ),
        50,
      );
    case 'search':
      return one(await searches(world), 50);
    case 'overview':
      return one(overviews(world), 5);
    case 'mutation':
      return one(
        perTenant(world, (index, { authorization, clientIds }, turn) =>
          request(authorization, 'Rename', { id: pick(clientIds, turn), name: `Renamed ${index}` }),
        ),
        25,
      );
    case 'entities':
      return growth.map((size) => entities(world, size));
    case 'connections':
      return [1, 10, 100, 1_000].map((connections) => ({
        ...{ name: `connections ${connections}`, scenario, connections },
        requests: perTenant(world, point),
      }));
  }
}

/** All tenants but two, others with every request: answers that are alike would be asked for once and given to many. */
function overviews({ superadmin, tenants }: World): BenchRequest[] {
  const ids = tenants.map(({ id }) => id);
  const pairs = ids.flatMap((one, index) => ids.slice(index + 1).map((other) => [one, other]));
  return pairs.map((absent) =>
    request(superadmin, 'Overview', { ids: ids.filter((id) => !absent.includes(id)) }),
  );
}

function entities({ superadmin, clientIds }: World, size: (typeof growth)[number]): Case {
  const requests = Array.from({ length: 64 }, (_, turn) => {
    const ids = rotated(clientIds, turn).slice(0, size.clients);
    return request(superadmin, 'Entities', { ids, agents: size.agents });
  });
  const objects = size.clients * size.agents * objectsPerAgent;
  return { name: `entities ${objects}`, scenario: 'entities', requests, connections: 2 };
}
