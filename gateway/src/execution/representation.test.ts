import { expect, test } from '@jest/globals';
import { JsonText } from '@cdx/kit';
import { compileRepresentation, type PlannedGraph } from './representation.ts';

const graph: PlannedGraph = {
  isOfType: (object, type) => object.__typename === type,
  variants: { fieldOf: new Map() } as unknown as PlannedGraph['variants'],
};
const fields = (...names: readonly string[]) => names.map((name) => ({ kind: 'Field', name }) as const);

test('JSON that a field of another subgraph requires is sent as its value, which that looks into', () => {
  const represent = compileRepresentation(fields('__typename', 'id', 'settings', 'all'), graph);
  const object = {
    __typename: 'Client',
    id: 'a',
    settings: new JsonText('{"theme": {"dark": true}}'),
    all: [new JsonText('[1]'), null, 2],
  };
  expect(represent(object)).toStrictEqual({
    __typename: 'Client',
    id: 'a',
    settings: { theme: { dark: true } },
    all: [[1], null, 2],
  });
});
