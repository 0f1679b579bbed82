export { RESERVED_APPS } from './app-entries';
export { APP_VALUES, OWN_KIND } from './class-values';
export { loadRepository, type LoadOptions } from './load';
export { schemaLine } from './schema-line';
export { schemaFiles, type SchemaFile } from './schema/files';
