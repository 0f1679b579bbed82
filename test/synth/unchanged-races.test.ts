import { writeFileSync } from 'node:fs';
import { publish } from '../../src/manifests/publish';
import { prepare } from '../../src/synth/prepare';
import { edit, expectAsAnew, filesIn, leftAlone, path, read, root, run } from './unchanged-lab';

describe('stages that have not changed, with two runs at once,', () => {
  test('are looked at when another run has written them from another input meanwhile', async () => {
    await run();
    const was = read('environments/stage-1.yaml');
    edit('environments/stage-1.yaml', 'minReplicas: 3', 'minReplicas: 4');
    const first = await prepare({ root, env: {}, changedOnly: true });
    const { locks } = publish({ root, stages: first.outputs, keep: first.keep });
    const edited = read('environments/stage-1.yaml');
    writeFileSync(path('environments/stage-1.yaml'), was);
    await run();
    first.written(locks);
    first.cache.save();
    writeFileSync(path('environments/stage-1.yaml'), edited);
    expect(leftAlone()).toEqual(['stage-0', 'stage-2']);
    await expectAsAnew();
  });

  test('are not left alone when another run writes them before this one does', async () => {
    await run();
    edit('environments/stage-1.yaml', 'minReplicas: 3', 'minReplicas: 4');
    const first = await prepare({ root, env: {}, changedOnly: true });
    edit('environments/stage-2.yaml', 'minReplicas: 4', 'minReplicas: 5');
    await run();
    const before = filesIn(path('dist'));
    expect(() => publish({ root, stages: first.outputs, keep: first.keep })).toThrow(
      /dist\/stage-2.*meanwhile/,
    );
    expect(filesIn(path('dist'))).toEqual(before);
    await expectAsAnew();
  });
});
