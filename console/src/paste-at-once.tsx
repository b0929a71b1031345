import { useGraphiQL } from '@graphiql/react';
import { useEffect } from 'react';

/**
 * Monaco first asks what other forms a paste could have, and puts it in a moment later: a query that is pasted and run
 * at once would be the one before it. Without that choice it is there when the key is.
 */
export function PasteAtOnce(): null {
  const queryEditor = useGraphiQL((state) => state.queryEditor);
  const variableEditor = useGraphiQL((state) => state.variableEditor);
  const headerEditor = useGraphiQL((state) => state.headerEditor);

  useEffect(() => {
    for (const editor of [queryEditor, variableEditor, headerEditor]) {
      editor?.updateOptions({ pasteAs: { enabled: false } });
    }
  }, [queryEditor, variableEditor, headerEditor]);

  return null;
}
