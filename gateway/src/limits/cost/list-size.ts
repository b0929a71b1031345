import { Kind, type FieldNode, type GraphQLField, type ValueNode } from 'graphql';
import type { ListSize } from './directives.ts';

/** The values of an operation's variables, defaults included. */
export type Variables = Readonly<Record<string, unknown>>;

/** A number that is known when the variables are. */
export type Evaluate = (variables: Variables) => number;

/** How many elements a list has that says nothing of its size: what the kit gives to a page without one. */
const defaultSize = 50;

/** The lists of a Relay connection, and the arguments that slice them (Relay cursor connections, sections 3 and 4). */
const connection: ListSize = { slicingArguments: ['first', 'last'], sizedFields: ['edges', 'nodes'] };

/** The size of a field's list by the product's convention, when `@listSize` says nothing: connections are sliced. */
export function conventionalSize(field: GraphQLField<unknown, unknown>): ListSize | undefined {
  const isConnection = /Connection!?$/.test(String(field.type));
  return isConnection && field.args.some(({ name }) => name === 'first' || name === 'last')
    ? connection
    : undefined;
}

/** The number of elements that a field is asked for: the largest that its slicing arguments name, or what is assumed. */
export function sizeOf(
  size: ListSize | undefined,
  node: FieldNode,
  field: GraphQLField<unknown, unknown>,
): Evaluate {
  const assumed = size?.assumedSize ?? defaultSize;
  const slices = (size?.slicingArguments ?? []).flatMap((name) => {
    const given = node.arguments?.find((argument) => argument.name.value === name)?.value;
    const fallback: unknown = field.args.find((argument) => argument.name === name)?.defaultValue;
    return given === undefined && fallback === undefined ? [] : [readNumber(given, fallback)];
  });
  if (slices.length === 0) return () => assumed;
  return (variables) => {
    const named = slices.map((slice) => slice(variables)).filter((value) => value !== undefined);
    return named.length === 0 ? assumed : Math.max(0, ...named);
  };
}

function readNumber(
  node: ValueNode | undefined,
  fallback: unknown,
): (variables: Variables) => number | undefined {
  const otherwise = typeof fallback === 'number' ? fallback : undefined;
  if (node?.kind === Kind.INT) {
    const value = Number(node.value);
    return () => value;
  }
  if (node?.kind === Kind.VARIABLE) {
    const name = node.name.value;
    return (variables) => {
      const value = variables[name];
      return typeof value === 'number' ? value : otherwise;
    };
  }
  return () => otherwise;
}
