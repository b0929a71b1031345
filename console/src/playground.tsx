import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import { useMemo, useSyncExternalStore, type ReactNode } from 'react';
import { ExamplesMenu } from './examples-menu.tsx';
import { examples } from './examples.ts';
import { FollowSystemTheme } from './follow-system-theme.tsx';
import { LoginBar } from './login-bar.tsx';
import type { Session } from './session.ts';
import type { Settings } from './settings.ts';

/** GraphiQL resolves a subscription's address from the page's, so it is given a whole address and not only a path. */
function createFetcher(session: Session, graphqlPath: string): ReturnType<typeof createGraphiQLFetcher> {
  return createGraphiQLFetcher({
    url: new URL(graphqlPath, window.location.origin).href,
    fetch: session.fetch,
  });
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
        </GraphiQL>
      </main>
    </>
  );
}
