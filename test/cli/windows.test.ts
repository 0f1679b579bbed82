import { TemporaryRepository } from '../support/repository';

let repository: TemporaryRepository;
beforeEach(() => {
  repository = TemporaryRepository.ofSample();
  const windows =
    'windows:\n  - { kind: allow, schedule: "0 8 * * 1-5", duration: 8h, timeZone: Europe/Berlin }\n';
  repository.write('environments/prod.yaml', `${windows}${repository.read('environments/prod.yaml')}`);
});
afterEach(() => repository.remove());

describe('stageline windows', () => {
  test('says of each stage whether it may be synced, and why not', async () => {
    const open = await repository.run('windows', '--at', '2026-07-01T06:30Z');
    expect(open.stdout).toMatch(/^dev +syncs +no windows$/m);
    expect(open.stdout).toMatch(/^prod +by hand +allow "0 8 \* \* 1-5" for 8h in Europe\/Berlin open/m);
    const closed = await repository.run('windows', '--at', '2026-07-04');
    expect(closed.stdout).toMatch(/^prod +closed +allow .* not open/m);
  });

  test('says it as data, for a time in another zone too', async () => {
    const { stdout } = await repository.run('windows', '--at', '2026-07-01T08:30+02:00', '--output', 'json');
    const { at, stages } = JSON.parse(stdout) as { at: string; stages: Record<string, unknown>[] };
    expect(at).toBe('2026-07-01T06:30:00.000Z');
    expect(stages.at(-1)).toMatchObject({ stage: 'prod', allowed: false, manualAllowed: true });
  });

  test('refuses what is no time', async () => {
    const { code, stderr } = await repository.run('windows', '--at', 'tomorrow');
    expect(code).toBe(1);
    expect(stderr).toContain('"tomorrow" is no time');
  });
});
