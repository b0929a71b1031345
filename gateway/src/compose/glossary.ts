/**
 * The subgraph that owns each of the names that several systems use for different things. Another subgraph uses a name
 * of its own, from the second column: see docs/glossary.md.
 */
export const glossary: Readonly<Record<string, { readonly owner: string; readonly instead: string }>> = {
  Agent: { owner: 'workspaces', instead: 'AgentDefinition, AgentInstance or AgentEngine' },
  AgentDefinition: { owner: 'clients', instead: 'Agent' },
  AgentInstance: { owner: 'clients', instead: 'Agent' },
  AgentEngine: { owner: 'engines', instead: 'AgentDefinition' },
  UserProject: { owner: 'auth', instead: 'Project' },
  ClientProject: { owner: 'clients', instead: 'Project' },
  Project: { owner: 'work', instead: 'UserProject or ClientProject' },
  UserSubscription: { owner: 'auth', instead: 'BillingSubscription' },
  BillingSubscription: { owner: 'billing', instead: 'UserSubscription' },
  UsageRecord: { owner: 'clients', instead: 'SubscriptionUsage' },
  SubscriptionUsage: { owner: 'billing', instead: 'UsageRecord' },
  Session: { owner: 'auth', instead: 'ChatSession' },
  ChatSession: { owner: 'engines', instead: 'Session' },
  ChannelMessage: { owner: 'workspaces', instead: 'ChatMessage' },
  ChatMessage: { owner: 'engines', instead: 'ChannelMessage' },
  Organization: { owner: 'auth', instead: 'Client or Tenant' },
  Client: { owner: 'clients', instead: 'Organization or Tenant' },
  Tenant: { owner: 'platform', instead: 'Organization or Client' },
};

/** Names that nobody uses, since they say too little. */
export const banned: Readonly<Record<string, string>> = {
  Message: 'ChannelMessage or ChatMessage',
  Account: 'User, Organization or Client',
};
