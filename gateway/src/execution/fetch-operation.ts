import type { FetchNode } from '@apollo/query-planner';
import type { SubgraphOperation } from '@cdx/kit';
import { literalWriter, WrittenLiteral } from './literals/written-literal.ts';
import type { Data } from './objects.ts';
import type { Variables } from './selected-fields.ts';

/** Makes what a subgraph is asked: the operation, with those of the variables that it uses, and with its own. */
export type OperationOf = (variables: Variables, own?: Data) => SubgraphOperation;

/** What of a fetch is sent. */
export type PlannedOperation = Pick<FetchNode, 'operation' | 'operationName' | 'variableUsages'>;

/** Compiles what a fetch sends. */
export function compileOperation({
  operation,
  operationName,
  variableUsages = [],
}: PlannedOperation): OperationOf {
  const write = literalWriter(operation);
  return (variables, own = {}) => {
    const used: Data = {};
    const written = new Map<string, WrittenLiteral>();
    for (const name of variableUsages) {
      const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
      if (value instanceof WrittenLiteral) written.set(name, value);
      else if (value !== undefined) used[name] = value;
    }
    const query = written.size > 0 ? write(written) : operation;
    return { query, operationName, variables: Object.assign(used, own) };
  };
}
