export { loadRepository, type LoadOptions } from './load';
export type { Located, LocatedMap } from './located';
export { parseYaml, type ParseYaml } from './parse-yaml';
export { schemaLine } from './schema-line';
export { schemaFiles, type SchemaFile } from './schema/files';
