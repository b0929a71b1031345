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
} as const;

export type OperationName = keyof typeof operations;
