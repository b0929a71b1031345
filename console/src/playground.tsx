import { createGraphiQLFetcher, type Fetcher, type FetcherParams } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import { getOperationAST, OperationTypeNode, parse } from 'graphql';
import { createClient } from 'graphql-sse';
import { useMemo, useSyncExternalStore, type ReactNode } from 'react';
import { ExamplesMenu } from './examples-menu.tsx';
import { examples } from './examples.ts';
import { FollowSystemTheme } from './follow-system-theme.tsx';
import { LoginBar } from './login-bar.tsx';
import { PasteAtOnce } from './paste-at-once.tsx';
import type { Session } from './session.ts';
import type { Settings } from './settings.ts';

/**
 * Subscriptions by server-sent events: they go by the session's own fetch, like all else, and a WebSocket would have to
 * be given the token.
 */
function createFetcher(session: Session, graphqlPath: string): Fetcher {
  const url = new URL(graphqlPath, window.location.origin).href;
  const ask = createGraphiQLFetcher({ url, fetch: session.fetch });
  const events = createClient({ url, fetchFn: session.fetch, retryAttempts: 0 });
  return (params, options) => {
    const { operationName, isSubscription } = readOperation(params);
    // Not the document that it has parsed, by which its own fetcher would tell a subscription.
    const { headers = {} } = options ?? {};
    if (!isSubscription) return ask({ ...params, operationName }, { headers });
    const variables = (params.variables ?? {}) as Record<string, unknown>;
    return events.iterate({ query: params.query, variables, ...(operationName ? { operationName } : {}) });
  };
}

interface SentOperation {
  readonly operationName: string | null;
  readonly isSubscription: boolean;
}

/**
 * Read from what is sent: GraphiQL parses the editor a moment after it can be run, and until then names and knows the
 * operation of the text before.
 */
function readOperation({ query, operationName = null }: FetcherParams): SentOperation {
  try {
    const document = parse(query);
    const named = getOperationAST(document, operationName);
    const operation = named ?? getOperationAST(document);
    return {
      operationName: named ? operationName : null,
      isSubscription: operation?.operation === OperationTypeNode.SUBSCRIPTION,
    };
  } catch {
    // What cannot be parsed is for the server to refuse, in its words.
    return { operationName, isSubscription: false };
  }
}

export function Playground({ session, settings }: { session: Session; settings: Settings }): ReactNode {
  const userId = useSyncExternalStore(session.subscribe, session.state).tokens?.userId;
  // GraphiQL asks for the schema anew whenever its fetcher changes, and a server may hide the schema from strangers.
  const fetcher = useMemo(() => createFetcher(session, settings.graphqlPath), [session, settings, userId]);

  return (
    <>
      <LoginBar session={session} demoLogins={settings.demoLogins} />
      <main className="workspace">
        <GraphiQL
          fetcher={fetcher}
          defaultQuery={examples[0]?.query ?? ''}
          shouldPersistHeaders={false}
          defaultEditorToolsVisibility="variables"
        >
          <GraphiQL.Logo>
            <ExamplesMenu />
          </GraphiQL.Logo>
          <FollowSystemTheme />
          <PasteAtOnce />
        </GraphiQL>
      </main>
    </>
  );
}
