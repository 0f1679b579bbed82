// Makes the files of this folder anew: node third_party/kubernetes/regenerate.mjs [1.NN ...]
// Needs `go` and a module proxy. One module at a time is fetched (about 40 MB), used and removed.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withModule } from '../go-module.mjs';
import { writeGzip } from '../write-gzip.mjs';
import { enumsAndDefaults } from './generated-go.mjs';
import { strip } from './strip.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const sourcesFile = join(here, 'sources.json');
const sources = JSON.parse(readFileSync(sourcesFile, 'utf8'));
const wanted = process.argv.slice(2);

for (const [minor, { version }] of Object.entries(sources)) {
  if (wanted.length > 0 && !wanted.includes(minor)) continue;
  withModule('k8s.io/kubernetes', version, (dir, sum) => {
    const swagger = JSON.parse(readFileSync(join(dir, 'api/openapi-spec/swagger.json'), 'utf8'));
    const go = readFileSync(join(dir, 'pkg/generated/openapi/zz_generated.openapi.go'), 'utf8');
    const data = { version, ...strip(swagger, enumsAndDefaults(go)) };
    const size = writeGzip(join(here, `${minor}.json.gz`), data);
    sources[minor] = { version, sum };
    console.log(minor, version, Object.keys(data.kinds).length, 'kinds', size);
  });
}
writeFileSync(sourcesFile, `${JSON.stringify(sources, null, 2)}\n`);
