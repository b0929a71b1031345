import {
  isTypeDefinitionNode,
  Kind,
  parse,
  valueFromASTUntyped,
  type ConstDirectiveNode,
  type DirectiveNode,
  type DocumentNode,
} from 'graphql';
import { z } from 'zod';

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

const specification = 'https://specs.apollo.dev/cost/';
const linkForm = z.object({
  url: z.string(),
  import: z
    .array(z.union([z.string(), z.object({ name: z.string(), as: z.string().optional() })]))
    .optional(),
});
const costForm = z.object({ weight: z.number() });
const listSizeForm = z.object({
  assumedSize: z.number().nullish(),
  slicingArguments: z.array(z.string()).nullish(),
  sizedFields: z.array(z.string()).nullish(),
});

/** Reads `@cost` and `@listSize` of a supergraph, which composition carries there from the subgraphs. */
export function readCostDirectives(supergraphSdl: string): CostDirectives {
  const document = parse(supergraphSdl, { noLocation: true });
  const names = { cost: nameOf('cost', document), listSize: nameOf('listSize', document) };
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

/** What the supergraph calls a directive: subgraphs may import it under a name of their own. */
function nameOf(directive: string, { definitions }: DocumentNode): string {
  const links = definitions
    .filter(({ kind }) => kind === Kind.SCHEMA_DEFINITION || kind === Kind.SCHEMA_EXTENSION)
    .flatMap((schema) => ('directives' in schema ? (schema.directives ?? []) : []))
    .filter(({ name }) => name.value === 'link')
    .map((link) => linkForm.parse(argumentsOf(link)));
  for (const { import: imports = [] } of links.filter(({ url }) => url.startsWith(specification))) {
    const renamed = imports.find((one) => typeof one === 'object' && one.name === `@${directive}`);
    if (typeof renamed === 'object' && renamed.as !== undefined) return renamed.as.slice(1);
  }
  return directive;
}

function argumentsOf({ arguments: args = [] }: DirectiveNode): Record<string, unknown> {
  return Object.fromEntries(args.map(({ name, value }) => [name.value, valueFromASTUntyped(value)]));
}
