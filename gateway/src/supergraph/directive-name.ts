import { Kind, valueFromASTUntyped, type DirectiveNode, type DocumentNode } from 'graphql';
import { z } from 'zod';

const linkForm = z.object({
  url: z.string(),
  as: z.string().optional(),
  import: z
    .array(z.union([z.string(), z.object({ name: z.string(), as: z.string().optional() })]))
    .optional(),
});

/**
 * What a supergraph calls a directive: `@link` may give it, or the feature that it is of, another name (Apollo's link
 * specification, "@link"). Whoever reads a directive by its usual name alone passes over one that has been renamed.
 * @param feature the last part of the specification's address: `cost`
 */
export function directiveName(document: DocumentNode, feature: string, directive: string): string {
  const link = linksOf(document).find(({ url }) => url.includes(`/${feature}/v`));
  const renamed = link?.import?.find((one) => typeof one === 'object' && one.name === `@${directive}`);
  if (typeof renamed === 'object' && renamed.as !== undefined) return renamed.as.slice(1);
  return directive === feature ? (link?.as ?? directive) : directive;
}

function linksOf({ definitions }: DocumentNode): z.output<typeof linkForm>[] {
  return definitions
    .filter(({ kind }) => kind === Kind.SCHEMA_DEFINITION || kind === Kind.SCHEMA_EXTENSION)
    .flatMap((schema) => ('directives' in schema ? (schema.directives ?? []) : []))
    .filter(({ name }) => name.value === 'link')
    .map((link) => linkForm.parse(argumentsOf(link)));
}

/** The arguments of a directive as plain values. */
export function argumentsOf({ arguments: args = [] }: DirectiveNode): Record<string, unknown> {
  return Object.fromEntries(args.map(({ name, value }) => [name.value, valueFromASTUntyped(value)]));
}
