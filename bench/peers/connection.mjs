/** A connection of all rows there are. */
export const edges = (nodes) => ({ edges: nodes.map((node) => ({ node })) });

/** A page of a connection, with what is beyond it. */
export const page = ({ nodes, totalCount, hasNextPage }) => ({
  ...edges(nodes),
  totalCount,
  pageInfo: { hasNextPage },
});
