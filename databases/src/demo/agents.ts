import { between, cycle, day, daysBefore, demoId, now, seeded, weighted, type Row } from '@cdx/demo';
import { someWorkflow, type DemoClient } from './clients.ts';
import { someUser } from './people.ts';
import type { Sizes } from './sizes.ts';
import type { PersonaChoice } from './templates.ts';

/** The kinds of agents that the migrations seed. */
export const definitionKeys = ['copywriter', 'researcher', 'analyst', 'developer', 'support'] as const;
export type DefinitionKey = (typeof definitionKeys)[number];

/** An agent instance: its row, and what its memories are about. */
export interface Agent {
  readonly id: string;
  readonly definition: DefinitionKey;
  readonly createdAt: Date;
  readonly row: Row;
}

const duties: Readonly<Record<DefinitionKey, readonly string[]>> = {
  copywriter: [
    'Newsletter',
    'Product page',
    'Social media',
    'Press',
    'Slogan',
    'Landing page',
    'Translation',
  ],
  researcher: ['Market', 'Competitor', 'Price', 'Supplier', 'Trend', 'Regulation', 'Customer'],
  analyst: ['Sales', 'Churn', 'Forecast', 'Cost', 'Campaign', 'Quality', 'Traffic'],
  developer: ['Web shop', 'Data import', 'Code review', 'Test', 'Release', 'Integration', 'Automation'],
  support: ['Help desk', 'Returns', 'Billing', 'Night shift', 'Onboarding', 'Complaints', 'Telephone'],
};

const failures = [
  'The model did not answer in time',
  'The knowledge base refused the connection',
  'The answer was not valid JSON',
  'The budget of the day is used up',
];

const executionsPerAgent = 3;

/** The agents of a client, created by users of its tenant. */
export function agentsOf(
  client: DemoClient,
  { agentsPerClient }: Sizes,
  definitions: ReadonlyMap<string, string>,
  personas: PersonaChoice,
): Agent[] {
  return Array.from({ length: agentsPerClient }, (_, index) => {
    const path = `agent ${client.id} ${index}`;
    const definition = cycle(definitionKeys, index);
    const creator = someUser(client.tenant, path);
    const persona = personas(definition, path);
    const random = seeded(path);
    const createdAt = between(random, daysBefore(random, 120, 180), daysBefore(random, 40, 60));
    const id = demoId(path, createdAt);
    const round = Math.floor(index / definitionKeys.length);
    const team = Math.floor(round / 7) + 1;
    const row = {
      id,
      definition_id: definitions.get(definition) ?? missing(definition),
      persona_template_id: persona,
      name: `${cycle(duties[definition], round)} ${definition}${team === 1 ? '' : ` ${team}`}`,
      status: weighted(random, { idle: 45, running: 30, paused: 12, error: 6, retired: 7 }),
      config: {
        temperature: random.number.float({ min: 0, max: 1, fractionDigits: 1 }),
        maxTokens: random.helpers.arrayElement([1_000, 2_000, 4_000, 8_000]),
        topic: random.helpers.arrayElement(client.business.products),
      },
      created_by: creator.id,
      created_at: createdAt,
      updated_at: between(random, createdAt, now),
    };
    return { id, definition, createdAt, row };
  });
}

function missing(definition: string): never {
  throw new Error(`The clients database has no agent definition ${definition}; its migrations seed it`);
}

/**
 * What the agents ran until the demo was loaded, so that the last day has some of it too.
 * @param loadedAt the moment that it ends at
 */
export function executionRows(
  { id: clientId, business }: DemoClient,
  agents: readonly Agent[],
  projectIds: readonly string[],
  loadedAt: Date,
): Row[] {
  return agents.flatMap(({ id, createdAt }) =>
    Array.from({ length: executionsPerAgent }, (_, index) => {
      const path = `execution ${clientId} ${id} ${index}`;
      const workflow = someWorkflow(path);
      const random = seeded(path);
      const product = random.helpers.arrayElement(business.products);
      const status = weighted(random, { queued: 8, running: 10, succeeded: 64, failed: 12, cancelled: 6 });
      const isOpen = status === 'queued' || status === 'running';
      // What waits or runs began a moment ago, and the newest of each agent in the hours before, whenever that is.
      const recently = (days: number): Date => new Date(loadedAt.getTime() - days * day);
      const since = isOpen ? recently(1 / 12) : index === 0 ? recently(3 / 4) : createdAt;
      const at = between(random, since, loadedAt);
      const startedAt =
        status === 'queued' ? null : new Date(at.getTime() + random.number.int({ min: 50, max: 9_000 }));
      const tookMs = random.number.int({ min: 400, max: 180_000 });
      return {
        // The same at every run, so that one which was interrupted is completed.
        id: demoId(path, createdAt),
        agent_instance_id: id,
        project_id: random.datatype.boolean(0.6) ? random.helpers.arrayElement(projectIds) : null,
        workflow_name: workflow,
        status,
        input: { product, audience: random.helpers.arrayElement(business.audiences) },
        output:
          status === 'succeeded'
            ? {
                summary: `Finished the work on ${product}.`,
                tokens: random.number.int({ min: 200, max: 9_000 }),
              }
            : null,
        error: status === 'failed' ? random.helpers.arrayElement(failures) : null,
        started_at: startedAt,
        finished_at: isOpen || !startedAt ? null : new Date(startedAt.getTime() + tookMs),
        created_at: at,
      };
    }),
  );
}
