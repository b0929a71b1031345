import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { getNamedType, isObjectType, isRequiredArgument, type GraphQLField } from 'graphql';
import { ask, at } from '../support/ask.ts';
import { costOf } from '../support/count.ts';
import { aGateway, testEnvironment, type TestGateway } from '../support/gateways.ts';
import { rolesAsked, type Caller } from './callers.ts';
import { aWorld, type World } from './world.ts';

let gateway: TestGateway;
let world: World;
beforeAll(async () => {
  // Without kept answers: the second time that a caller asks for what is not there costs no statement.
  gateway = await aGateway('embedded', { ...testEnvironment(), RESPONSE_CACHE: 'false' });
  world = await aWorld(gateway);
}, 120_000);
afterAll(() => gateway.close());

type Field = GraphQLField<unknown, unknown>;
const queries = (): Field[] => Object.values(world.schema.getQueryType()?.getFields() ?? {});
const nobodysId = '01931749-0000-7000-8000-000000000000';

/** The root fields that find one row by ids alone. */
const lookups = (): Field[] =>
  queries().filter(({ args, type }) => {
    const named = getNamedType(type);
    const ids = args.filter(isRequiredArgument).every((argument) => String(argument.type) === 'ID!');
    return isObjectType(named) && 'id' in named.getFields() && args.some(isRequiredArgument) && ids;
  });

/** The root fields that give a page, and filter by id. */
const lists = (): Field[] =>
  queries().filter(({ type, args }) => {
    const filter = args.find(({ name }) => name === 'filter');
    const named = getNamedType(type);
    return filter && 'getFields' in named && 'totalCount' in named.getFields();
  });

describe.each(rolesAsked)('another tenant’s row, for the role %s', (role) => {
  let caller: Caller;
  beforeAll(() => {
    const found = world.callers.find((one) => one.tenant === 'acme' && one.role === role);
    if (!found) throw new Error(`There is no ${role}`);
    caller = found;
  });

  test('is as if there were none: the same answer at the same cost', async () => {
    const theirs = world.onlyOthers(caller.tenant);
    for (const field of lookups()) {
      const required = field.args.filter(isRequiredArgument);
      const call = (id: string, client: string): string =>
        `{ it: ${field.name}(${required.map(({ name }) => `${name}: "${/client/i.test(name) ? client : id}"`).join(', ')}) { __typename id } }`;
      for (const [index, id] of theirs.ids.slice(0, -1).entries()) {
        if (index % 12 > 0) continue;
        const client = theirs.clients[index % theirs.clients.length] ?? 'nobody';
        const existing = await answerOf(call(id, client), caller);
        const missing = await answerOf(call(nobodysId, 'nobody'), caller);
        expect({ field: field.name, ...existing }).toEqual({ field: field.name, ...missing });
      }
    }
  }, 120_000);

  test('is not counted', async () => {
    const theirs = world.onlyOthers(caller.tenant);
    const ids = theirs.ids.slice(0, -1);
    for (const field of lists()) {
      const query = `query ($ids: [ID!]) { it: ${field.name}(filter: { id: { in: $ids } }) { totalCount } }`;
      const answer = await ask(gateway, query, { token: caller.token, variables: { ids } });
      if (answer.errors.length === 0)
        expect([field.name, at(answer, 'it', 'totalCount')]).toEqual([field.name, 0]);
      else expect(answer.data?.it ?? null).toBeNull();
    }
  }, 60_000);

  /** What is answered, and how many statements that takes. */
  async function answerOf(query: string, { token }: Caller): Promise<object> {
    let answer: Awaited<ReturnType<typeof ask>> | undefined;
    const { statements } = await costOf(async () => {
      answer = await ask(gateway, query, { token });
    });
    return {
      data: answer?.data,
      codes: answer?.errors.map(({ extensions }) => extensions.code),
      statements: statements.length,
    };
  }
});
