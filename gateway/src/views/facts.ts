import {
  parse,
  print,
  type ConstDirectiveNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
  type TypeDefinitionNode,
} from 'graphql';
import { ownerOfEntity } from '@cdx/access';
import { argumentsOf, directiveName } from '../supergraph/directive-name.ts';
import { subgraphNames } from '../supergraph/subgraph-names.ts';

/** A field of the graph, and the services that answer it. */
export interface FieldFacts {
  readonly name: string;
  /** As GraphQL writes it. */
  readonly type: string;
  readonly services: readonly string[];
  readonly requires: string | null;
  /** Of the scopes one list must be held whole; empty where none is needed. */
  readonly scopes: readonly (readonly string[])[];
}

/** A type of the graph, and where it comes from. */
export interface TypeFacts {
  readonly name: string;
  readonly kind: TypeDefinitionNode['kind'];
  readonly services: readonly string[];
  readonly keys: readonly { readonly service: string; readonly fields: string }[];
  readonly fields: readonly FieldFacts[];
}

/** What a composed supergraph says of itself. */
export interface GraphFacts {
  readonly services: readonly string[];
  readonly types: ReadonlyMap<string, TypeFacts>;
}

type Directives = readonly ConstDirectiveNode[] | undefined;

/** What a supergraph calls things. */
interface Names {
  /** The services by their names in the join specification. */
  readonly services: ReadonlyMap<string, string>;
  readonly requiresScopes: string;
}

/**
 * Reads a supergraph: which service has which type and field (Apollo's join specification, v0.5).
 * @param sdl the supergraph, as composition has written it
 */
export function readFacts(sdl: string): GraphFacts {
  const document = parse(sdl, { noLocation: true });
  const services = subgraphNames(document);
  const names = { services, requiresScopes: directiveName(document, 'requiresScopes', 'requiresScopes') };
  const types = document.definitions.filter(isType).filter(({ name }) => !name.value.includes('__'));
  return {
    services: [...services.values()].toSorted(),
    types: new Map(types.map((node) => [node.name.value, typeFacts(node, names)])),
  };
}

/** The service that a type belongs to: by the access matrix, or the only one, or the one that has most of its fields. */
export function ownerOf({ name, services, fields }: TypeFacts): string | null {
  const owner = ownerOfEntity(name);
  if (owner !== undefined && services.includes(owner)) return owner;
  if (services.length === 1) return services[0] ?? null;
  const own = services
    .map((service) => ({
      service,
      count: fields.filter(({ services: by }) => by.length === 1 && by[0] === service).length,
    }))
    .toSorted((a, b) => b.count - a.count);
  const [first, second] = own;
  return first && first.count > (second?.count ?? 0) ? first.service : null;
}

function isType(node: { readonly kind: string }): node is TypeDefinitionNode {
  return node.kind.endsWith('TypeDefinition');
}

function typeFacts(node: TypeDefinitionNode, names: Names): TypeFacts {
  const joins = argumentsIn(node.directives, 'join__type');
  const services = [...new Set(joins.map(({ graph }) => nameOf(names, graph)))];
  const fields: readonly (FieldDefinitionNode | InputValueDefinitionNode)[] =
    'fields' in node ? (node.fields ?? []) : [];
  return {
    name: node.name.value,
    kind: node.kind,
    services,
    keys: joins.flatMap(({ graph, key }) =>
      typeof key === 'string' ? [{ service: nameOf(names, graph), fields: key }] : [],
    ),
    fields: fields.map((field) => fieldFacts(field, services, names)),
  };
}

function fieldFacts(
  { name, type, directives }: FieldDefinitionNode | InputValueDefinitionNode,
  ofType: readonly string[],
  names: Names,
): FieldFacts {
  const joins = argumentsIn(directives, 'join__field');
  // Without one, all services of the type answer the field; one that is external is only referred to.
  const answered = joins.filter(({ graph, external }) => graph !== undefined && external !== true);
  const [required] = joins.flatMap(({ requires }) => (typeof requires === 'string' ? [requires] : []));
  const [policy] = argumentsIn(directives, names.requiresScopes);
  return {
    name: name.value,
    type: print(type),
    services: joins.length === 0 ? ofType : answered.map(({ graph }) => nameOf(names, graph)),
    requires: required ?? null,
    scopes: (policy?.scopes ?? []) as readonly (readonly string[])[],
  };
}

function argumentsIn(directives: Directives, name: string): Record<string, unknown>[] {
  return (directives ?? []).filter((directive) => directive.name.value === name).map(argumentsOf);
}

const nameOf = ({ services }: Names, graph: unknown): string => services.get(String(graph)) ?? String(graph);
