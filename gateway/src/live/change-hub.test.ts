import { afterEach, describe, expect, test } from '@jest/globals';
import { makeLogger, type Change, type FollowedChanges, type Heads } from '@cdx/kit';
import { toSource, type SubgraphSource } from '../datasources/data-source.ts';
import { ChangeHub } from './change-hub.ts';

const aChange = (sequence: number): Change => ({
  id: String(sequence),
  chain: 'acme',
  sequence,
  tenantId: 'acme',
  actorId: null,
  action: 'things.makeThing',
  kind: 'created',
  resourceType: 'Thing',
  resourceId: String(sequence),
  requestId: 'r',
});

/** A service that is followed as the function says; `followed` has from where each time. */
function aService(follow: (from: Heads | undefined, times: number) => AsyncIterable<FollowedChanges>) {
  const followed: (Heads | undefined)[] = [];
  const source: SubgraphSource = toSource('things', () => Promise.resolve({ data: null }), {
    check: () => Promise.resolve(),
    version: () => Promise.resolve(undefined),
    close: () => Promise.resolve(),
    follow(from) {
      followed.push(from);
      return follow(from, followed.length);
    },
  });
  return { source, followed };
}

const hubs: ChangeHub[] = [];
afterEach(() => hubs.splice(0).forEach((hub) => hub.close()));

function aHub(source: SubgraphSource): ChangeHub {
  const hub = new ChangeHub(() => [source], makeLogger('test', 'silent'));
  hubs.push(hub);
  return hub;
}

const forever = (): Promise<never> => new Promise(() => undefined);

describe('what happens in a service', () => {
  test('is followed once for all who listen, and no longer when nobody does', async () => {
    const { promise: told, resolve: tell } = Promise.withResolvers<true>();
    const { source, followed } = aService(async function* () {
      yield { heads: {} };
      await told;
      yield { changes: [aChange(1)] };
      await forever();
    });
    const hub = aHub(source);
    const heard: string[] = [];
    const stops = await Promise.all(
      ['one', 'two'].map((name) =>
        hub.listen(['things'], ({ id, service }) => heard.push(`${name} ${service} ${id}`)),
      ),
    );
    tell(true);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(heard).toEqual(['one things 1', 'two things 1']);
    expect(followed).toEqual([undefined]);
    stops.forEach((stop) => stop());
    await hub.listen(['things'], () => undefined);
    expect(followed).toEqual([undefined, undefined]);
  });

  test('is followed on from where it was when it was lost', async () => {
    const { promise: done, resolve: finish } = Promise.withResolvers<true>();
    const { source, followed } = aService(async function* (from, times) {
      yield { heads: from ?? { acme: 4 } };
      yield { changes: [aChange(times === 1 ? 5 : 6)] };
      if (times === 1) throw new Error('lost');
      finish(true);
      await forever();
    });
    const heard: number[] = [];
    await aHub(source).listen(['things'], ({ sequence }) => heard.push(sequence));
    await done;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(followed).toEqual([undefined, { acme: 5 }]);
    expect(heard).toEqual([5, 6]);
  });

  test('cannot be listened to while it is down', async () => {
    const { source } = aService(async function* () {
      await Promise.reject(new Error('down'));
      yield { heads: {} };
    });
    await expect(aHub(source).listen(['things'], () => undefined)).rejects.toMatchObject({
      extensions: { code: 'SUBGRAPH_UNAVAILABLE' },
    });
  });
});
