import {
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
  type Row,
  type Tables,
} from '@cdx/demo';
import { uuidToBytes } from '@cdx/kit';
import type { Person } from './people.ts';

/** Long after any demo: an expired session would be cleaned up, and the rows would not be the same everywhere. */
const sessionsExpireAt = new Date(now.getTime() + 5 * 365 * day);

const projectNames = [
  'Website relaunch',
  'Spring campaign',
  'Price review',
  'Customer survey',
  'Help centre',
];
const actions = [
  ['template.render', 'prompt_template'],
  ['agent.start', 'agent_instance'],
  ['memory.search', 'agent_memory'],
  ['project.update', 'project'],
  ['report.export', 'usage_analytics'],
] as const;

/** What people did: sessions, events, projects and activity. */
export function accountActivity(people: readonly Person[]): Tables {
  return [
    ['sessions', people.filter((_, index) => index % 4 < 2).map(sessionRow)],
    ['auth_events', people.flatMap((person) => repeat(3, (index) => eventRow(person, index)))],
    ['projects', people.flatMap((person, index) => repeat(index % 3, (place) => projectRow(person, place)))],
    ['user_activity_logs', people.flatMap((person) => repeat(4, (index) => activityRow(person, index)))],
  ];
}

function repeat(count: number, make: (index: number) => Row): Row[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

function sessionRow({ id, createdAt }: Person): Row {
  const random = seeded(`session ${id}`);
  const since = between(random, new Date(Math.max(createdAt.getTime(), now.getTime() - 30 * day)), now);
  return {
    id: uuidToBytes(demoId(`session ${id}`, since)),
    user_id: uuidToBytes(id),
    token_hash: demoTokenHash(`session ${id}`),
    expires_at: sessionsExpireAt,
    ...origin(random),
    is_active: random.datatype.boolean(0.7),
    created_at: since,
  };
}

function origin(random: Faker): { ip_address: string; user_agent: string } {
  // Addresses that belong to nobody: RFC 5737.
  return {
    ip_address: `${random.helpers.arrayElement(['192.0.2', '198.51.100', '203.0.113'])}.${random.number.int({ min: 1, max: 254 })}`,
    user_agent: random.internet.userAgent().slice(0, 512),
  };
}

function eventRow({ id, createdAt }: Person, index: number): Row {
  const random = seeded(`event ${id} ${index}`);
  const at = between(random, createdAt, now);
  const type =
    index === 0
      ? 'login'
      : weighted(random, { login: 40, logout: 20, token_refresh: 25, failed_login: 10, password_change: 5 });
  return {
    id: uuidToBytes(demoId(`event ${id} ${index}`, at)),
    user_id: uuidToBytes(id),
    event_type: type,
    ...origin(random),
    metadata: type === 'failed_login' ? { reason: 'wrong password' } : {},
    created_at: at,
  };
}

function projectRow({ id, createdAt }: Person, index: number): Row {
  const random = seeded(`project ${id} ${index}`);
  const at = between(random, createdAt, daysBefore(random, 1, 10));
  return {
    id: uuidToBytes(demoId(`project ${id} ${index}`, at)),
    user_id: uuidToBytes(id),
    name: `${random.helpers.arrayElement(projectNames)} ${random.number.int({ min: 2025, max: 2027 })}`,
    description: `${random.company.catchPhrase()}.`,
    status: weighted(random, { active: 60, on_hold: 15, completed: 20, archived: 5 }),
    created_at: at,
    updated_at: at,
  };
}

function activityRow({ id, createdAt }: Person, index: number): Row {
  const path = `activity ${id} ${index}`;
  const random = seeded(path);
  const at = between(random, createdAt, now);
  const [action, resourceType] = cycle(actions, random.number.int({ max: 1_000 }));
  return {
    id: uuidToBytes(demoId(path, at)),
    user_id: uuidToBytes(id),
    action,
    resource_type: resourceType,
    resource_id: demoId(`resource of ${path}`, at),
    metadata: { durationMs: random.number.int({ min: 20, max: 4_000 }) },
    ip_address: origin(random).ip_address,
    created_at: at,
  };
}
