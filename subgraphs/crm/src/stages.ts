import { badInput } from '@cdx/kit';
import type { PipelineRow } from '@cdx/prisma-crm/tables';
import { z } from 'zod';
import type { LeadStage } from '../generated/resolvers.ts';

/** The stages that leads go through, in their order. */
export const leadStages = ['prospect', 'qualified', 'proposal', 'negotiation', 'closed'] as const;

/** A stage of leads as a pipeline calls it. */
export interface Stage {
  readonly stage: LeadStage;
  readonly name: string;
  readonly order: number;
  /** What a lead that comes to the stage gets, 0 to 100. */
  readonly probability: number;
}

/** A probability in percent. */
export const probabilityInput = z.int().min(0, 'must be 0 to 100').max(100, 'must be 0 to 100');

const leadStage = z.enum(leadStages);

const stageInput = z
  .object({
    name: z.string().trim().min(1, 'must not be empty').max(100),
    stage: leadStage.nullish(),
    order: z.int().min(0, 'must be 0 to 9,999').max(9_999, 'must be 0 to 9,999'),
    probability: probabilityInput,
  })
  .transform(({ stage, ...rest }, issues): Stage => {
    const named = leadStage.safeParse(stage ?? rest.name.toLowerCase());
    if (named.success) return { stage: named.data, ...rest };
    issues.addIssue({
      code: 'custom',
      path: ['stage'],
      message: `must be given: ${rest.name} is the name of none`,
    });
    return z.NEVER;
  });

/** The stages of a pipeline as its maker gives them: each with a name, an order and a stage of its own. */
export const stagesInput = z
  .array(stageInput)
  .min(1, 'must have at least one stage')
  .superRefine((stages, issues) => {
    const seen = new Set<string>();
    for (const [index, { stage, name, order }] of stages.entries()) {
      for (const [property, value] of Object.entries({ stage, name: name.toLowerCase(), order })) {
        const key = `${property} ${value}`;
        if (seen.has(key))
          issues.addIssue({ code: 'custom', path: [index, property], message: 'must be its own alone' });
        seen.add(key);
      }
    }
  });

const stored = z.array(
  z.object({ stage: leadStage, name: z.string(), order: z.number(), probability: z.number() }),
);

/** A pipeline's stages as they are stored, in their order. */
export function stagesOf(value: unknown): Stage[] {
  return stored.parse(value).sort((one, other) => one.order - other.order);
}

/** Where a lead comes to in a pipeline. */
export type Place = Pick<Stage, 'stage' | 'probability'>;

/** A pipeline's place for leads of that stage, if it has one; closed leads may lie in every pipeline. */
export function placeIn({ stages }: Pick<PipelineRow, 'stages'>, stage: LeadStage): Place | undefined {
  const own = stagesOf(stages).find((candidate) => candidate.stage === stage);
  return own ?? (stage === 'closed' ? { stage, probability: 100 } : undefined);
}

/**
 * The place in a pipeline that a lead is asked to go to.
 * @param field the argument that names the stage
 * @throws BAD_USER_INPUT naming the stages that there are
 */
export function existingPlace(pipeline: Pick<PipelineRow, 'stages'>, stage: LeadStage, field: string): Place {
  const found = placeIn(pipeline, stage);
  if (found) return found;
  const names = stagesOf(pipeline.stages).map((own) => own.stage.toUpperCase());
  throw badInput(field, `a stage that the pipeline has: ${names.join(', ')}`);
}
