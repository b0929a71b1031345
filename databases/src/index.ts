export { startDatabases, type Databases, type LocateOptions } from './locate.ts';
export { migrateAll, migrateDown, migrateUp } from './migrate.ts';
export { domains, type DatabaseUrls, type Domain } from './urls.ts';
export { loadDemoData, type DemoOptions } from './demo/index.ts';
export { startNativeServers, type NativeServers } from './native/index.ts';
export { startSubgraphProcesses, type SubgraphProcesses } from './subgraph-processes.ts';
