import { isTypeDefinitionNode, Kind, parse, type ConstDirectiveNode } from 'graphql';
import { z } from 'zod';
import { argumentsOf, directiveName } from '../../supergraph/directive-name.ts';

/** `@listSize`: how many elements a list may have (IBM's GraphQL cost directives, "The List Size Directive"). */
export interface ListSize {
  readonly assumedSize?: number | null | undefined;
  /** The arguments that say how many are wanted. */
  readonly slicingArguments?: readonly string[] | null | undefined;
  /** The fields of the returned object whose lists are so long; when there are none, the field's own list is. */
  readonly sizedFields?: readonly string[] | null | undefined;
}

/** What a supergraph says about costs, by schema coordinate: `Type`, `Type.field`, `Type.field(argument:)`. */
export interface CostDirectives {
  readonly weights: ReadonlyMap<string, number>;
  readonly listSizes: ReadonlyMap<string, ListSize>;
}

const costForm = z.object({ weight: z.number() });
const listSizeForm = z.object({
  assumedSize: z.number().nullish(),
  slicingArguments: z.array(z.string()).nullish(),
  sizedFields: z.array(z.string()).nullish(),
});

/** Reads `@cost` and `@listSize` of a supergraph, which composition carries there from the subgraphs. */
export function readCostDirectives(supergraphSdl: string): CostDirectives {
  const document = parse(supergraphSdl, { noLocation: true });
  const names = {
    cost: directiveName(document, 'cost', 'cost'),
    listSize: directiveName(document, 'cost', 'listSize'),
  };
  const weights = new Map<string, number>();
  const listSizes = new Map<string, ListSize>();
  const read = (coordinate: string, directives: readonly ConstDirectiveNode[] = []): void => {
    for (const directive of directives) {
      const { value: name } = directive.name;
      if (name === names.cost) weights.set(coordinate, costForm.parse(argumentsOf(directive)).weight);
      if (name === names.listSize) listSizes.set(coordinate, listSizeForm.parse(argumentsOf(directive)));
    }
  };
  for (const definition of document.definitions.filter(isTypeDefinitionNode)) {
    const type = definition.name.value;
    read(type, definition.directives);
    if (!('fields' in definition)) continue;
    for (const field of definition.fields ?? []) {
      const coordinate = `${type}.${field.name.value}`;
      read(coordinate, field.directives);
      const args = field.kind === Kind.FIELD_DEFINITION ? (field.arguments ?? []) : [];
      for (const arg of args) read(`${coordinate}(${arg.name.value}:)`, arg.directives);
    }
  }
  return { weights, listSizes };
}
