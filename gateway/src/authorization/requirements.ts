import {
  isAbstractType,
  isInterfaceType,
  isTypeDefinitionNode,
  parse,
  valueFromASTUntyped,
  type ConstDirectiveNode,
  type DirectiveNode,
  type GraphQLCompositeType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import { directiveName } from '../supergraph/directive-name.ts';

/**
 * What a caller needs for a type or field, as the federation specification's directives say it. Its three parts must
 * all hold; of `scopes` and `policies` one inner list must hold whole (an OR of ANDs), unless the outer one is empty.
 */
export interface Requirement {
  readonly authenticated: boolean;
  readonly scopes: readonly (readonly string[])[];
  readonly policies: readonly (readonly string[])[];
}

/** Answers the requirements that stand before each part of a graph. Equal requirements are one object. */
export interface Requirements {
  /** Every requirement of the graph, once. */
  readonly all: readonly Requirement[];
  /** Before a fragment on a type: what the type itself needs. */
  ofType(type: GraphQLNamedType): readonly Requirement[];
  /** Before a field's selection: what the field needs, on an abstract type the same field of all that it may be. */
  ofField(parent: GraphQLCompositeType, field: string): readonly Requirement[];
  /** The objects that an abstract type may be. */
  possibleTypes(type: GraphQLNamedType): readonly GraphQLObjectType[];
}

type Directives = readonly (DirectiveNode | ConstDirectiveNode)[];

/**
 * Reads the requirements of a supergraph.
 * @param supergraph the SDL, whose directives the API schema no longer has
 * @param schema the API schema: what callers can ask for
 */
export function readRequirements(supergraph: string, schema: GraphQLSchema): Requirements {
  const document = parse(supergraph, { noLocation: true });
  const names: DirectiveNames = {
    authenticated: directiveName(document, 'authenticated', 'authenticated'),
    requiresScopes: directiveName(document, 'requiresScopes', 'requiresScopes'),
    policy: directiveName(document, 'policy', 'policy'),
  };
  const byCoordinate = new Map<string, readonly Requirement[]>();
  const intern = makeIntern();
  const note = (coordinate: string, directives: Directives | undefined): void => {
    const requirement = directives && toRequirement(directives, names);
    if (requirement) byCoordinate.set(coordinate, [intern(requirement)]);
  };
  for (const definition of document.definitions) {
    if (!isTypeDefinitionNode(definition)) continue;
    const type = definition.name.value;
    note(type, definition.directives);
    if (!('fields' in definition)) continue;
    for (const field of definition.fields ?? []) note(`${type}.${field.name.value}`, field.directives);
  }
  const at = (coordinate: string): readonly Requirement[] => byCoordinate.get(coordinate) ?? [];
  const possibleTypes = (type: GraphQLNamedType): readonly GraphQLObjectType[] =>
    isAbstractType(type) ? schema.getPossibleTypes(type) : [];
  return {
    all: [...new Set([...byCoordinate.values()].flat())],
    possibleTypes,
    ofType: ({ name }) => at(name),
    ofField(parent, field) {
      if (!isInterfaceType(parent)) return at(`${parent.name}.${field}`);
      // A newer composition writes this onto the interface too; an older supergraph has it on the objects alone.
      return [parent, ...possibleTypes(parent)].flatMap(({ name }) => [
        ...at(name),
        ...at(`${name}.${field}`),
      ]);
    },
  };
}

/** The policies that requirements name, each once. */
export function policiesOf(requirements: readonly Requirement[]): string[] {
  return [...new Set(requirements.flatMap(({ policies }) => policies.flat()))];
}

interface DirectiveNames {
  readonly authenticated: string;
  readonly requiresScopes: string;
  readonly policy: string;
}

function toRequirement(directives: Directives, names: DirectiveNames): Requirement | undefined {
  const authenticated = directives.some(({ name }) => name.value === names.authenticated);
  const scopes = listsOf(directives, names.requiresScopes, 'scopes');
  const policies = listsOf(directives, names.policy, 'policies');
  return authenticated || scopes.length > 0 || policies.length > 0
    ? { authenticated, scopes, policies }
    : undefined;
}

function listsOf(directives: Directives, directive: string, argument: string): string[][] {
  const value = directives
    .find(({ name }) => name.value === directive)
    ?.arguments?.find(({ name }) => name.value === argument)?.value;
  // Composition has checked the argument's form.
  return value ? (valueFromASTUntyped(value) as string[][]) : [];
}

function makeIntern(): (requirement: Requirement) => Requirement {
  const known = new Map<string, Requirement>();
  return (requirement) => {
    const key = JSON.stringify(requirement);
    const same = known.get(key);
    if (!same) known.set(key, requirement);
    return same ?? requirement;
  };
}
