/** The operations of the benchmark. Each is one text, so that every way parses and plans it once; its variables vary. */
export const operations = {
  Dashboard: `query Dashboard($ids: [ID!]!) {
    clients(first: 50, filter: { id: { in: $ids } }) { edges { node { id name tier
      owner { name email profile { avatarUrl } subscription { tier { name } } }
      agents(first: 10) { edges { node { name status definition { name }
        personaTemplate { name category } createdBy { name }
        memories(first: 3) { edges { node { content importance } } } } } } } } } }`,
  Point: 'query Point($id: ID!) { user(id: $id) { id name email role } }',
  ListPage: `query ListPage($tenant: ID!, $from: String!) {
    users(first: 50, filter: { tenantId: { eq: $tenant }, email: { gte: $from } }) {
      totalCount pageInfo { hasNextPage } edges { node { id name email role isActive } } } }`,
  Search: `query Search($client: ID!, $vector: [Float!]!) {
    searchMemory(clientId: $client, vector: $vector, limit: 10) {
      similarity memory { id content memoryType importance } } }`,
  Rename:
    'mutation Rename($id: ID!, $name: String!) { updateClient(id: $id, input: { name: $name }) { id name } }',
  Entities: `query Entities($ids: [ID!]!, $agents: Int!) {
    clients(first: 200, filter: { id: { in: $ids } }) { edges { node {
      agents(first: $agents) { edges { node { name createdBy { name } personaTemplate { name }
        memories(first: 2) { edges { node { content } } } } } } } } } }`,
  Customers: `query Customers($tenant: ID!, $first: Int!) {
    customers(first: $first, filter: { tenantId: { eq: $tenant } }, orderBy: { field: EMAIL }) {
      totalCount pageInfo { hasNextPage } edges { node { id email firstName lastName company } } } }`,
  Overview: `query Overview($ids: [ID!]!) {
    platform { tenants activeUsers mrr { amount currency } agentExecutions24h }
    tenants(first: 50, filter: { id: { in: $ids } }, orderBy: { field: NAME }) { edges { node { id name environment client { name tier }
      auth { totalUsers activeUsers lastActivity }
      crm { totalCustomers totalLeads pipelineValue avgProbability leadsByStage { stage count value } }
      billing { mrr openInvoices overdueAmount } cms { items published }
      analytics { events24h topEvents { name count } } notifications { unread failed24h }
      agents { instances executions24h failureRate } } } } }`,
} as const;

/** What a way is asked in place of an operation that it has no such schema for; its data must be the same. */
export const ownTexts: Readonly<Record<string, Partial<Record<OperationName, string>>>> = {
  postgraphile: {
    Customers: `query Customers($tenant: String!, $first: Int!) {
      customers: allCustomers(first: $first, condition: { tenantId: $tenant }, orderBy: [EMAIL_ASC]) {
        totalCount pageInfo { hasNextPage } edges { node { id: rowId email firstName lastName company } } } }`,
  },
};

export type OperationName = keyof typeof operations;
