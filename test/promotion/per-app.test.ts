import { record, setImage, status } from '../../src/promotion';
import type { Deployment } from '../../src/promotion/records';
import { runOf } from '../../src/promotion/running';
import { removeScratch } from '../git/scratch';
import { at, gate, HOUR, T0 } from './hours';
import { change, edit, newYamlLab, WEB, worldAt } from './lab';

afterAll(removeScratch);

describe('with an Application for each app', () => {
  const [web, shop] = ['lab-staging-web', 'lab-staging-shop'];
  const ran = (
    by: string | undefined,
    hours: number,
    content = 'new',
    health: Deployment['health'] = 'Healthy',
  ) =>
    ({
      at: new Date(T0 + hours * HOUR).toISOString(),
      ...{ stage: 'staging', result: 'Succeeded', revision: 'r', content, health, by },
    }) satisfies Deployment;
  const run = (...records: Deployment[]) =>
    runOf(records, 'new', { apps: new Set([web, shop, 'lab-staging']) });

  test('what one says of older content is of its own app, and takes nothing back of the others', () => {
    // Shop did not change since, and is synced once more.
    expect(run(ran(web, 0), ran(shop, 1, 'old'))).toMatchObject({ since: T0, bad: undefined });
    // It falls ill where it was deployed last: the stage is not well until it is.
    const ill = ran(shop, 2, 'old', 'Degraded');
    expect(run(ran(web, 0), ill)).toMatchObject({ since: undefined, bad: { by: shop } });
    expect(run(ill, ran(web, 3))).toMatchObject({ since: undefined, bad: { by: shop } });
    expect(run(ran(web, 0), ill, ran(shop, 5))).toMatchObject({ since: T0 + 5 * HOUR, bad: undefined });
    expect(run(ran(web, 0), ill, ran(shop, 5, 'old'))).toMatchObject({
      since: T0 + 5 * HOUR,
      bad: undefined,
    });
    // It opens nothing for content that nobody reported.
    expect(run(ran(shop, 0, 'old'), ran(web, 1, 'old'))).toMatchObject({ since: undefined, bad: undefined });
    // One that went back runs the new content no longer, and neither does a stage that somebody took back.
    expect(run(ran(web, 0), ran(web, 1, 'old'))).toMatchObject({ since: undefined });
    expect(run(ran(web, 0), ran('ada', 1, 'old'))).toMatchObject({ since: undefined });
    const left = [ran(web, 0), ran(shop, 0), ran(shop, 1, 'other')];
    expect(run(...left)).toMatchObject({ since: undefined, bad: undefined });
    expect(run(...left, ran(shop, 2))).toMatchObject({ since: T0 + 2 * HOUR });
    // What is of no app of the stage any more keeps nothing closed.
    expect(run(ran('lab-staging-gone', 0, 'old', 'Degraded'), ran(web, 1))).toMatchObject({
      since: T0 + HOUR,
    });
  });

  test('the gate names the one that fell ill, and opens when it is well', async () => {
    const dir = await newYamlLab();
    for (const stage of ['dev', 'staging', 'prod'])
      edit(dir, stage, ['allowDestructive'], [`replace the Applications of stage ${stage}`]);
    await change(dir, 'base', ['delivery'], { applications: 'perApp' });
    await change(dir, 'prod', ['gates'], { soak: '24h' });
    await setImage(worldAt(dir), { stage: 'staging', images: WEB('1.1.0') });
    const report = (by: string, hours: number, revision: string, health: Deployment['health']) =>
      record(at(dir, hours), { stage: 'staging', revision, result: 'Succeeded', health, by });
    await report(shop, 0, 'HEAD~1', 'Healthy');
    await report(web, 1, 'HEAD', 'Healthy');
    expect(await gate(dir, 30)).toBe('open');
    await report(shop, 30, 'HEAD~1', 'Degraded');
    expect(await gate(dir, 60)).toContain('staging (lab-staging-shop) is Degraded since its sync');
    const [, staging] = await status(worldAt(dir));
    expect(staging!.deployed).toMatchObject({ by: shop, health: 'Degraded', current: false });
    await report(shop, 60, 'HEAD~1', 'Healthy');
    expect(await gate(dir, 61)).toContain('wait until');
    expect(await gate(dir, 85)).toBe('open');
  });
});
