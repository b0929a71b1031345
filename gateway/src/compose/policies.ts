import {
  Kind,
  OperationTypeNode,
  print,
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type ObjectTypeDefinitionNode,
  type ObjectTypeExtensionNode,
} from 'graphql';
import { ownerOfEntity } from '@cdx/access';

/** A place in a domain's schema that must carry a policy, and the policy that is written there. */
export interface PolicyPlace {
  /** `Client`, `Query.clients`, `User.clients`. */
  readonly coordinate: string;
  /** The directives as they are written; empty when there are none. */
  readonly found: string;
  /** Whether the type is another domain's, so that its policy is written there and nowhere else. */
  readonly isForeign?: boolean;
}

type ObjectNode = ObjectTypeDefinitionNode | ObjectTypeExtensionNode;

const policyDirectives = ['authenticated', 'requiresScopes', 'policy', 'inaccessible'];

/**
 * Every place of a domain's schema for which the access matrix has a policy: its types, its root fields, the fields that
 * it adds to other domains' entities, and those of its own types that ask for more than their type.
 */
export function policyPlaces(domain: string, typeDefs: DocumentNode): PolicyPlace[] {
  const roots = rootTypes(typeDefs);
  const parts = typeDefs.definitions.filter(
    (node): node is ObjectNode =>
      node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.OBJECT_TYPE_EXTENSION,
  );
  return [...Map.groupBy(parts, ({ name }) => name.value)].flatMap(([type, nodes]) => {
    const fields = nodes.flatMap((node) => node.fields ?? []);
    const directives = nodes.flatMap((node) => node.directives ?? []);
    const root = roots.get(type);
    if (root !== undefined) return fields.map((field) => placeOf(root, field));
    const owner = ownerOfEntity(type);
    if (owner === undefined || owner === domain)
      return [
        { coordinate: type, found: policiesIn(directives) },
        ...fields.map((field) => placeOf(type, field)).filter(({ found }) => found !== ''),
      ];
    return [
      { coordinate: type, found: policiesIn(directives), isForeign: true },
      ...fields.filter((field) => !isReference(field, directives)).map((field) => placeOf(type, field)),
    ];
  });
}

const placeOf = (type: string, { name, directives }: FieldDefinitionNode): PolicyPlace => ({
  coordinate: `${type}.${name.value}`,
  found: policiesIn(directives),
});

function policiesIn(directives: readonly ConstDirectiveNode[] = []): string {
  return directives
    .filter(({ name }) => policyDirectives.includes(name.value.replace(/^federation__/, '')))
    .map(print)
    .join(' ');
}

/** The root types by the names that the schema gives them. */
function rootTypes({ definitions }: DocumentNode): Map<string, string> {
  const names = new Map([
    ['Query', 'Query'],
    ['Mutation', 'Mutation'],
    ['Subscription', 'Subscription'],
  ]);
  const usual = {
    [OperationTypeNode.QUERY]: 'Query',
    [OperationTypeNode.MUTATION]: 'Mutation',
    [OperationTypeNode.SUBSCRIPTION]: 'Subscription',
  };
  for (const node of definitions) {
    if (node.kind !== Kind.SCHEMA_DEFINITION && node.kind !== Kind.SCHEMA_EXTENSION) continue;
    for (const { operation, type } of node.operationTypes ?? []) names.set(type.name.value, usual[operation]);
  }
  return names;
}

/** Whether a field of another domain's entity is only there to refer to it: part of its key, or its owner's. */
function isReference(field: FieldDefinitionNode, ofType: readonly ConstDirectiveNode[]): boolean {
  if (field.directives?.some(({ name }) => name.value === 'external')) return true;
  const keys = ofType
    .filter(({ name }) => name.value === 'key')
    .flatMap(({ arguments: args = [] }) =>
      args.flatMap(({ value }) => (value.kind === Kind.STRING ? value.value.split(/\W+/) : [])),
    );
  return keys.includes(field.name.value);
}
