import { appendFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** As small as a class in src/apps/ can be that deploys something. */
const CLASS = `import { BaseApp, Worker, appValues } from 'stageline';
export class Own extends BaseApp {
  static readonly values = appValues({});
  constructor(...given) {
    super(...given);
    new Worker(this, 'main', {
      image: 'registry.example.com/own:1.0.0',
      resources: { requests: { cpu: '1m', memory: '1Mi' }, limits: { memory: '1Mi' } },
    });
  }
}
`;
const MANIFEST = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: vendored }\ndata: { a: b }\n';

/**
 * Gives a repository what is rendered in each run: an app that is a class, and one that is a folder of manifests.
 *
 * @param here the package that the class imports
 */
export function giveOthers(root: string, here: string): void {
  for (const folder of ['src/apps', 'node_modules', 'vendored'])
    mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, 'src/apps/own.ts'), CLASS);
  symlinkSync(here, join(root, 'node_modules/stageline'));
  writeFileSync(join(root, 'vendored/map.yaml'), MANIFEST);
  appendFileSync(join(root, 'environments/base.yaml'), '  vendored: { kind: manifests, path: vendored }\n');
}
