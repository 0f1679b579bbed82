import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { describeObject, type KubeObject } from '../../src/model/kube';
import { plan } from '../../src/stack/plan';
import { TemporaryRepository } from '../support/repository';

const ROOT = resolve(__dirname, '../..');

/** The objects of dist/argocd/ as they are committed, by name. */
function committed(): Record<string, KubeObject> {
  const folder = join(ROOT, 'dist', 'argocd');
  const objects = readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .flatMap((file) => parseAllDocuments(readFileSync(join(folder, file), 'utf8')))
    .map((document) => document.toJS() as KubeObject);
  return Object.fromEntries(objects.map((object) => [describeObject(object), object]));
}

describe('the stack of the sample', () => {
  test('would create the objects that are committed in dist/argocd, and asks nothing of network or cluster', async () => {
    const { problems, resources } = await plan(ROOT);
    expect(problems).toEqual([]);
    const own = resources
      .flatMap(({ objects }) => objects)
      .filter(({ kind }) => kind !== 'Namespace' && kind !== 'Secret');
    expect(Object.fromEntries(own.map((object) => [describeObject(object), object]))).toEqual(committed());
  });

  test('tells what its settings lack without naming a file that is not there', async () => {
    const repository = TemporaryRepository.ofSample();
    try {
      const base = repository.read('environments/base.yaml');
      repository.write(
        'environments/base.yaml',
        base.replace(/url: .*/, 'url: ssh://git@example.com/shop.git'),
      );
      const { problems, stack } = await plan(repository.root);
      expect(stack).toBe('plan');
      expect(problems.map(({ at, code }) => [code, at?.file])).toEqual([
        ['secret-missing', 'Pulumi.<stack>.yaml'],
      ]);
    } finally {
      repository.remove();
    }
  });

  test.each(['dev', 'staging', 'prod'])('has the Application of %s as in the snapshot', (stage) => {
    expect(committed()[`Application argocd/podinfo-${stage}`]).toMatchSnapshot();
  });
});
