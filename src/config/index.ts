export { loadRepository, type LoadOptions } from './load';
export { schemaLine } from './schema-line';
