import { emitFile } from './manifests/emit';
import { renderAll } from './synth/prepare';

/**
 * Declares the snapshot tests of a repository: one for each app in each stage, and one for the list of files. Call it in
 * a test file of your own; jest does the rest, and a new app or stage is covered without anyone writing a test.
 *
 * @param root Where `environments/` is. Default: the working directory.
 *
 * @example
 * import { snapshotRepository } from 'stageline/testing';
 *
 * snapshotRepository();
 */
export function snapshotRepository(root: string = process.cwd()): void {
  const stages = renderAll(root);

  test('the files of every stage', () => {
    expect(stages.flatMap(({ files }) => files.map(({ path }) => path)).join('\n')).toMatchSnapshot();
  });
  for (const stage of stages) {
    describe(`stage ${stage.name}`, () => {
      test.each(stage.files.map((file) => [file.path, file] as const))('%s', (_, file) => {
        expect(emitFile(file)).toMatchSnapshot();
      });
    });
  }
}
