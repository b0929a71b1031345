import { expect, test } from '@jest/globals';
import { day } from '@cdx/demo';
import { agentsOf, definitionKeys, executionRows } from './agents.ts';
import { clientsOf } from './clients.ts';
import { tenantsOf } from './people.ts';
import { sizesAt } from './sizes.ts';

const sizes = sizesAt(0.05);
const clients = clientsOf(tenantsOf(sizes), sizes);
const definitions = new Map(definitionKeys.map((key) => [key, key]));

test.each(['2026-11-22', '2027-06-01', '2031-01-01'])(
  'loaded on %s, each client’s agents have finished and failed in the last day',
  (date) => {
    const loadedAt = new Date(`${date}T12:00:00Z`);
    for (const client of clients) {
      const agents = agentsOf(client, sizes, definitions, () => null);
      const rows = executionRows(client, agents, ['project'], loadedAt);
      const ages = rows.map(({ created_at: at }) => (loadedAt.getTime() - (at as Date).getTime()) / day);
      expect(Math.min(...ages)).toBeGreaterThanOrEqual(0);
      const recent = rows.filter((_, index) => (ages[index] ?? Infinity) < 0.75);
      expect(recent.map(({ status }) => status)).toEqual(
        expect.arrayContaining(['succeeded', 'failed', 'running', 'queued']),
      );
    }
  },
);
