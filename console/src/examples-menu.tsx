import { ChevronDownIcon, DropdownMenu, useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import type { ReactNode } from 'react';
import { examples, type Example } from './examples.ts';

/** The saved examples. Each opens in a tab of its own, so that picking one never overwrites what was typed. */
export function ExamplesMenu(): ReactNode {
  const actions = useGraphiQLActions();
  const queryEditor = useGraphiQL((state) => state.queryEditor);
  const variableEditor = useGraphiQL((state) => state.variableEditor);

  // The tab's values give it its title at once; the editors show what is run.
  const open = ({ operationName, query, variables }: Example): void => {
    actions.addTab();
    actions.updateActiveTabValues({ query, variables });
    queryEditor?.setValue(query);
    variableEditor?.setValue(variables);
    // GraphiQL reads it from the editor a moment later, and would run the example by the name of the tab before.
    actions.setOperationName(operationName);
  };

  return (
    <DropdownMenu>
      <DropdownMenu.Button className="examples-button">
        Examples <ChevronDownIcon aria-hidden="true" />
      </DropdownMenu.Button>
      <DropdownMenu.Content align="end" className="examples-list">
        {examples.map((example) => (
          <DropdownMenu.Item key={example.name} onSelect={() => open(example)}>
            {example.name}
          </DropdownMenu.Item>
        ))}
      </DropdownMenu.Content>
    </DropdownMenu>
  );
}
