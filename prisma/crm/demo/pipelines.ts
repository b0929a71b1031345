import type { DemoTenant, DemoWorld, Row } from '@cdx/demo';

/** A pipeline of a tenant; the first is the default. */
export interface DemoPipeline {
  readonly id: string;
  readonly tenantId: string;
  readonly name: string;
  readonly stages: readonly DemoStage[];
  readonly isDefault: boolean;
  readonly createdAt: Date;
}

interface DemoStage {
  readonly stage: string;
  readonly name: string;
  readonly order: number;
  readonly probability: number;
}

const stage = (name: string, of: string, order: number, probability: number): DemoStage => ({
  ...{ stage: of, name, order, probability },
});

const kinds = [
  {
    name: 'New business',
    stages: [
      stage('First contact', 'prospect', 10, 10),
      stage('Qualified', 'qualified', 20, 25),
      stage('Offer sent', 'proposal', 30, 50),
      stage('Negotiation', 'negotiation', 40, 75),
      stage('Won or lost', 'closed', 50, 100),
    ],
  },
  {
    name: 'Renewals',
    stages: [
      stage('Due', 'prospect', 10, 60),
      stage('Offer sent', 'proposal', 20, 80),
      stage('Negotiation', 'negotiation', 30, 90),
    ],
  },
] as const;

/** The pipelines of a tenant. */
export function pipelinesOf(world: DemoWorld, tenant: DemoTenant): DemoPipeline[] {
  const createdAt = new Date(world.now.getTime() - 366 * 86_400_000);
  return kinds.map(({ name, stages }, index) => ({
    id: world.id(`pipeline ${tenant.id} ${name}`, createdAt),
    ...{ tenantId: tenant.id, name, stages, isDefault: index === 0, createdAt },
  }));
}

/** The pipeline's row. */
export function pipelineRow({ id, tenantId, name, stages, isDefault, createdAt }: DemoPipeline): Row {
  return { id, tenant_id: tenantId, name, stages, is_default: isDefault, created_at: createdAt };
}
