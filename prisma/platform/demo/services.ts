import { day, type DemoWorld, type Row } from '@cdx/demo';

const version = '0.1.0';

/** The subgraphs, each with where it listens when it runs alone. */
const subgraphs: readonly (readonly [name: string, port: number, database: 'mysql' | 'postgres'])[] = [
  ['auth', 4001, 'mysql'],
  ['clients', 4002, 'postgres'],
  ['templates', 4003, 'postgres'],
  ['platform', 4004, 'postgres'],
  ['crm', 4005, 'postgres'],
  ['cms', 4006, 'postgres'],
  ['billing', 4007, 'postgres'],
  ['analytics', 4008, 'postgres'],
  ['notifications', 4009, 'postgres'],
];

/**
 * The gateway and the subgraphs, which are probed and report no heartbeats; a relay that is slow; and a worker that used
 * to report and has been silent for two days.
 */
export function serviceRows(world: DemoWorld): Row[] {
  const service = (name: string, parts: Row): Row => ({
    id: world.id(`service ${name}`, world.superadmin.createdAt),
    name,
    url: null,
    version,
    status: 'up',
    last_heartbeat: null,
    heartbeat_seconds: null,
    metadata: {},
    ...parts,
  });
  return [
    service('gateway', { kind: 'gateway', url: 'http://gateway:4000/graphql' }),
    ...subgraphs.map(([name, port, database]) =>
      service(name, { kind: 'subgraph', url: `http://${name}:${port}/graphql`, metadata: { database } }),
    ),
    service('mail-relay', { kind: 'relay', url: 'smtp://mail:587', version: null, status: 'degraded' }),
    service('report-worker', {
      kind: 'worker',
      last_heartbeat: new Date(world.now.getTime() - 2 * day),
      heartbeat_seconds: 300,
      metadata: { queue: 'reports' },
    }),
  ];
}
