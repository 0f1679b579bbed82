// Makes the files of this folder anew: node third_party/crds/regenerate.mjs [project ...]
// Needs `go`, a module proxy and node_modules. One module at a time is fetched, used and removed.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { withModule } from '../go-module.mjs';
import { writeGzip } from '../write-gzip.mjs';
import { shareEqualParts } from './share.mjs';
import { stripResource } from './strip.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const file = (name) => join(here, name);
const readJson = (name) => JSON.parse(readFileSync(file(name), 'utf8'));
const writeJson = (name, data) => writeFileSync(file(name), `${JSON.stringify(data, null, 2)}\n`);

const sources = readJson('sources.json');
const index = existsSync(file('index.json')) ? readJson('index.json') : {};
const wanted = process.argv.slice(2);

for (const [project, origins] of Object.entries(sources)) {
  if (wanted.length > 0 && !wanted.includes(project)) continue;
  const kinds = {};
  for (const origin of origins) {
    withModule(origin.module, origin.version, (dir, sum) => {
      origin.sum = sum;
      for (const crd of readDefinitions(join(dir, origin.folder))) Object.assign(kinds, stripResource(crd));
    });
  }
  for (const key of Object.keys(index)) if (index[key].project === project) delete index[key];
  const schemas = {};
  for (const [key, { namespaced, schema }] of Object.entries(kinds)) {
    index[key] = { project, namespaced };
    schemas[key] = schema;
  }
  const size = writeGzip(file(`${project}.json.gz`), shareEqualParts(schemas));
  console.log(project, Object.keys(kinds).length, 'kinds', size);
}
writeJson('sources.json', sources);
writeJson('index.json', Object.fromEntries(Object.keys(index).sort().map((key) => [key, index[key]])));

function readDefinitions(folder) {
  const files = readdirSync(folder).filter((name) => /\.(ya?ml|json)$/.test(name));
  return files.flatMap((name) => {
    const documents = parseAllDocuments(readFileSync(join(folder, name), 'utf8'), { maxAliasCount: 0 });
    return documents.map((d) => d.toJS()).filter((object) => object?.kind === 'CustomResourceDefinition');
  });
}
