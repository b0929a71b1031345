export { startDatabases, type Databases, type LocateOptions } from './locate.ts';
export { migrateAll, migrateDown, migrateUp } from './migrate.ts';
export { databaseEnvironment, domains, sharedUrls, urlOf, type DatabaseUrls } from './urls.ts';
export { loadDemoData, type DemoOptions } from './demo/index.ts';
export { startNativeServers, type NativeServers } from './native/index.ts';
export { freePort } from './free-port.ts';
export { startSubgraphProcesses, type SubgraphProcesses } from './subgraph-processes.ts';
