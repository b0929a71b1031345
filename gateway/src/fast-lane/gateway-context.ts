import type { GraphQLRequestContextExecutionDidStart } from '@apollo/server';
import type { GatewayGraphQLRequestContext, GatewaySchemaHash } from '@apollo/server-gateway-interface';
import type { RequestContext } from '../execution/request-context.ts';

/** What a gateway's executor is given of a request (Apollo Server's `makeGatewayGraphQLRequestContext`), but for HTTP. */
export function toGatewayContext(
  context: GraphQLRequestContextExecutionDidStart<RequestContext>,
): GatewayGraphQLRequestContext<RequestContext> {
  const { query, operationName, variables, extensions } = context.request;
  return {
    request: { query, operationName, variables, extensions } as GatewayGraphQLRequestContext['request'],
    logger: context.logger,
    schema: context.schema,
    schemaHash: '' as GatewaySchemaHash,
    context: context.contextValue,
    cache: context.cache,
    queryHash: context.queryHash,
    document: context.document,
    source: context.source,
    operationName: context.operationName,
    operation: context.operation,
    metrics: context.metrics,
    overallCachePolicy: context.overallCachePolicy,
    requestIsBatched: context.requestIsBatched,
  };
}
