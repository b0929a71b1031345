export type { ExecutedOperation } from './audit/access.ts';
export type { AuditOrigin } from './audit/chain.ts';
export type { AuditDraft } from './audit/entry.ts';
export type { Audit, AuditedTables } from './audit/record.ts';
export { verifyAuditLog, type BrokenLink, type VerifiedChain } from './audit/verify.ts';
export { followedChangesForm, type Change, type FollowedChanges, type Heads } from './changes/follow.ts';
export {
  makeContext,
  requireRole,
  requireScope,
  requireUser,
  type SubgraphContext,
  type User,
} from './context/context.ts';
export { keepEntity, loadAllOf, loadChildPage, loadEntity, loadPage } from './context/entities.ts';
export { Loaders } from './context/loaders.ts';
export { loadSummary, referToPlatform, referToTenant, type Reference } from './context/summary.ts';
export type { RowsChanged, Subgraph, SubgraphRequest } from './context/subgraph.ts';
export { ofOwnTenant, seesTenant, tenantOf } from './context/tenant.ts';
export { errorCodes, isErrorCode, type ErrorCode } from './errors/codes.ts';
export {
  badInput,
  codedError,
  conflict,
  forbidden,
  notFound,
  unauthenticated,
  type ErrorDetails,
} from './errors/errors.ts';
export { idFor } from './ids/idempotency.ts';
export { bytesToUuid, idOf, isUuid, newId, uuidToBytes } from './ids/uuid.ts';
export { anonymous, roles, system, type Identity, type Role } from './identity/identity.ts';
export {
  deadlineHeader,
  freshHeader,
  identityHeader,
  signIdentity,
  verifyIdentity,
  type SignedRequest,
} from './identity/signed.ts';
export {
  fixedSecrets,
  internalSecretSettings,
  openSecrets,
  readSecrets,
  type InternalSecrets,
  type SecretSource,
} from './identity/secrets.ts';
export { makeLogger, type Logger } from './log.ts';
export { mailSettings, makeSendMail, type Mail, type SendMail } from './mail/mail.ts';
export {
  readChildPages,
  readPage,
  type ParentsIn,
  type Readable,
  type ReadableChildren,
} from './pagination/lists.ts';
export { maxPageSize, type Connection, type Edge, type PageArguments } from './pagination/page.ts';
export { atIntervals } from './schedule.ts';
export { buildSchema, type SchemaParts } from './schema/build.ts';
export { defineSubgraph, type SubgraphDefinition } from './schema/define.ts';
export { asJson, given, parseInput, parsePeriod, type JsonInput } from './schema/input.ts';
export {
  isMutation,
  makeExecutor,
  type SubgraphExecutor,
  type SubgraphOperation,
  type SubgraphResult,
} from './execute/execute.ts';
export { followFile, type Followed } from './files/follow.ts';
export { filterCondition } from './filter/filter.ts';
export { sumAmounts } from './schema/money.ts';
export { amount, currency, newTenantId, region, tenantId, uuid } from './schema/rules.ts';
export { isSelected } from './schema/selection.ts';
export { readTypeDefs } from './schema/type-defs.ts';
export {
  checkSought,
  hasWords,
  searchTables,
  type Searched,
  type SearchedElsewhere,
  type SearchHit,
  type Sought,
} from './search/search.ts';
export { drainConnections } from './server/drain-connections.ts';
export { answerHttpErrors, graphqlError } from './server/http-errors.ts';
export { withPulse } from './server/pulse.ts';
export { runSubgraph, serverSettingsSchema } from './server/run.ts';
export { serveSubgraph, type ServeOptions } from './server/serve.ts';
export { untilGone } from './server/until-gone.ts';
export {
  batchesWithin,
  changeFound,
  inBatches,
  inTurn,
  type BatchedChange,
  type BatchLimits,
} from './sql/batches.ts';
export { columnRef, decodeRows, identifier, isAnyOf, selectColumns, tableName } from './sql/columns.ts';
export {
  connectDatabase,
  connectForReading,
  type DatabaseSettings,
  type ReadDatabase,
} from './sql/connect.ts';
export type { Database, RequestDatabase } from './sql/database.ts';
export { violatedConstraint } from './sql/errors.ts';
export { statementChannel, type StatementEvent } from './sql/run.ts';
export { JsonText, writeJson } from './json/json-text.ts';
export { readJson } from './json/read-json.ts';
export { publishWork, workChannel, type WorkEvent } from './telemetry/work.ts';
export type { ColumnDescriptor, TableDescriptor } from './sql/table.ts';
export { allWalled, unconfined, walled, type Wall, type Walled, type Walls } from './sql/walled.ts';
export type { PrismaClientLike, WriteOptions, WritesOnly } from './sql/write.ts';
export {
  databaseUrl,
  describeSettings,
  integer,
  logLevel,
  readSettings,
  SettingsError,
  type Environment,
  type SettingDescription,
} from './settings.ts';
export { productVersion } from './version.ts';
