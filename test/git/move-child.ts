// Started by tests, and killed by them: moves a branch, and dies by SIGKILL at the step named.
import { moveBranch } from '../../src/git/checkout';
import { openRepository } from '../../src/git/repository';
import { CLEAN_ENV } from './scratch';

const [dir, ref, from, to, fatal] = process.argv.slice(2) as [string, string, string, string, string];

async function main(): Promise<void> {
  const repo = (await openRepository(dir, CLEAN_ENV))!;
  process.stdout.write('ready\n');
  await moveBranch(repo, { ref, from, to, reason: 'test' }, (name) => {
    if (name === fatal) process.kill(process.pid, 'SIGKILL');
  });
}

void main();
