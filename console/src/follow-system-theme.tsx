import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { useEffect } from 'react';

/**
 * GraphiQL's style sheet follows the system from light to dark at once, but its editors keep the colours they started
 * with, dark on dark. Setting the same theme again makes the editors look at the system anew.
 */
export function FollowSystemTheme(): null {
  const actions = useGraphiQLActions();
  const theme = useGraphiQL((state) => state.theme);

  useEffect(() => {
    const system = window.matchMedia('(prefers-color-scheme: dark)');
    const follow = (): void => actions.setTheme(theme ?? null);
    system.addEventListener('change', follow);
    return () => system.removeEventListener('change', follow);
  }, [actions, theme]);

  return null;
}
