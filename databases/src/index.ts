export { startDatabases, type Databases, type LocateOptions } from './locate.ts';
export { migrateAll, migrateDown, migrateUp } from './migrate.ts';
export { domains, type DatabaseUrls, type Domain } from './urls.ts';
