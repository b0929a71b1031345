import { scopesOfRole } from '@cdx/access';
import { anonymous, idFor, system, type Identity } from '@cdx/kit';
import type { z } from 'zod';
import type { Saga } from './journal.ts';

/** A mutation of a service. */
export interface Operation {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Whether it is hidden from callers: such ones are for the product itself. */
  readonly isInternal: boolean;
}

/** How an operation is made from its saga. */
export interface OperationOf<Input> {
  readonly query: string;
  readonly variables: (scope: Scope<Input>) => Readonly<Record<string, unknown>>;
  readonly isInternal?: boolean;
}

/** What an operation is made from. */
export interface Scope<Input> {
  readonly input: Input;
  /** The idempotency key of a step: whoever repeats it, whenever, asks for the same. */
  readonly keyOf: (step: string) => string;
  /** The id of what a mutation makes that takes a step's key: known before the answer, and without one. */
  readonly idOf: (mutation: string, step: string) => string;
  /** What a step has kept for those after it. */
  readonly kept: (step: string) => unknown;
}

/** A step as its saga describes it. Its operations can be repeated: once more changes nothing. */
export interface Step<Input> {
  readonly name: string;
  readonly service: string;
  readonly run: OperationOf<Input>;
  /**
   * Takes back what this saga's step has made, and nothing else. `nothing` where it changes nothing; left out where there
   * is no way back.
   */
  readonly undo?: OperationOf<Input> | 'nothing';
  /** Whether the input asks for it; always when not given. */
  readonly isNeeded?: (input: Input) => boolean;
  /** Whether the steps after it need what it has answered. */
  readonly keepsAnswer?: boolean;
  /**
   * Of a step that may be too much for one request: whether its answer says that nothing of it is left. It is asked for
   * until then. What it has done by then stays when it is refused, so it comes after a step without a way back.
   */
  readonly isComplete?: (answer: unknown) => boolean;
}

/** A step of one saga, ready to be asked for. */
export interface BoundStep {
  readonly name: string;
  readonly service: string;
  readonly keepsAnswer: boolean;
  run(): Operation;
  isComplete(answer: unknown): boolean;
  readonly undo: (() => Operation) | 'nothing' | undefined;
}

/** A kind of saga: what its mutation takes, and the steps that it does. */
export interface SagaDefinition<Input extends object> {
  /** The mutation that begins it. */
  readonly kind: string;
  readonly input: z.ZodType<Input>;
  readonly steps: readonly Step<Input>[];
  /** What the journal keeps of the input when the saga has ended: nothing about persons. */
  readonly retain: (input: Input) => object;
}

/** A kind of saga, whatever its input. */
export interface AnySaga {
  readonly kind: string;
  /** Every step that there may be. */
  readonly steps: readonly Pick<Step<never>, 'name' | 'service' | 'run' | 'undo'>[];
  bind(saga: Pick<Saga, 'id' | 'requestedBy' | 'input' | 'steps'>): readonly BoundStep[];
  retain(input: unknown): object;
}

/** Makes a definition into one that the journal's rows can be read by. */
export function defineSaga<Input extends object>(definition: SagaDefinition<Input>): AnySaga {
  const stepsFor = (input: Input): readonly Step<Input>[] =>
    definition.steps.filter(({ isNeeded }) => isNeeded?.(input) ?? true);
  return {
    kind: definition.kind,
    steps: definition.steps,
    bind(saga) {
      const input = definition.input.parse(saga.input);
      const scope = scopeOf(saga, input);
      return stepsFor(input).map(({ name, service, run, undo, ...step }) => ({
        ...{ name, service, keepsAnswer: step.keepsAnswer ?? false },
        isComplete: step.isComplete ?? (() => true),
        run: () => operationIn(scope, run),
        undo: undo === 'nothing' ? undo : undo && (() => operationIn(scope, undo)),
      }));
    },
    retain: (input) => definition.retain(definition.input.parse(input)),
  };
}

const operationIn = <Input>(
  scope: Scope<Input>,
  { query, variables, isInternal = false }: OperationOf<Input>,
): Operation => ({ query, variables: variables(scope), isInternal });

function scopeOf<Input>(saga: Pick<Saga, 'id' | 'requestedBy' | 'steps'>, input: Input): Scope<Input> {
  const identity = { ...anonymous, userId: saga.requestedBy };
  const keyOf = (step: string): string => `${saga.id}:${step}`;
  return {
    input,
    keyOf,
    idOf: (mutation, step) => idFor({ identity }, mutation, keyOf(step)),
    kept: (name) => saga.steps.find((step) => step.name === name)?.kept,
  };
}

/**
 * In whose name a step is done: that of who has asked for the saga, as the superadmin that they were then; what is the
 * product's own is done by the product, in the tenant that it is about.
 */
export function actorOf(
  { requestedBy: userId, tenantId }: Pick<Saga, 'requestedBy' | 'tenantId'>,
  { isInternal }: Pick<Operation, 'isInternal'>,
): Identity {
  return isInternal
    ? { ...system, userId, tenantId }
    : { ...anonymous, userId, role: 'superadmin', scopes: scopesOfRole('superadmin') };
}
