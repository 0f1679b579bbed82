import { planted } from '../support/planted';
import { edit, expectAsAnew, filesIn, leftAlone, path, run } from './unchanged-lab';

const COMMENT = ' # allowSecret: a planted one';

test.each(['base', 'stage-1'])('stages with what %s allows are left alone while it does', async (name) => {
  const file = `environments/${name}.yaml`;
  const secret = planted.password();
  const env = `    env:\n      DB_PASSWORD: '${secret}'${COMMENT}\n`;
  if (name === 'base') edit(file, '    env: { LOG_LEVEL: info, REGION: eu }\n', env);
  else edit(file, /app-0000: .*\n/, `app-0000:\n    autoscaling: { minReplicas: 3 }\n${env}`);
  await run();
  edit('environments/stage-0.yaml', 'minReplicas: 2', 'minReplicas: 5');
  expect(leftAlone()).toEqual(['stage-1', 'stage-2']);
  await expectAsAnew();

  edit(file, COMMENT, '');
  expect(leftAlone()).toEqual([]);
  await expectAsAnew();
  edit(file, `'${secret}'`, `'${secret}'${COMMENT}`);
  await expectAsAnew();
  edit(file, `'${secret}' #`, 'none #');
  await expectAsAnew();
  expect(Object.values(filesIn(path('.stageline'))).filter((kept) => kept.includes(secret))).toEqual([]);
});

test('a comment that is needed for what an app makes of its values is not called stale while its stage is left alone', async () => {
  edit(
    'environments/stage-1.yaml',
    /app-0000: .*\n/,
    `app-0000:\n    autoscaling: { minReplicas: 3 }\n    args: [--password, ${planted.password()}]${COMMENT}\n`,
  );
  await run();
  edit('environments/stage-0.yaml', 'minReplicas: 2', 'minReplicas: 5');
  await expectAsAnew();
});

test.each([
  ['DB_PASSWORD', 'Hunterzq7x:5432', 'hunterzq7x'],
  ['DATABASE_URL', 'postgres://admin:p4ssw0rdq@zq8xrest@db:5432/x', 'zq8xrest'],
])('no part of what is allowed as %s is kept as the name of a host', async (key, value, part) => {
  const env = `    env:\n      ${key}: '${value}'${COMMENT}\n`;
  edit('environments/base.yaml', '    env: { LOG_LEVEL: info, REGION: eu }\n', env);
  await run();
  edit('environments/base.yaml', env, '    env: { LOG_LEVEL: info }\n');
  edit(
    'environments/stage-1.yaml',
    /app-0000: .*\n/,
    `app-0000:\n    autoscaling: { minReplicas: 3 }\n${env}`,
  );
  await expectAsAnew();
  edit('environments/stage-1.yaml', 'minReplicas: 3', 'minReplicas: 5');
  await expectAsAnew();
  const kept = Object.values(filesIn(path('.stageline'))).filter((text) => text.toLowerCase().includes(part));
  expect(kept).toEqual([]);
});
