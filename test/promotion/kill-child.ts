// Started by tests, and killed by them at a random moment.
import { promote, rollback, setImage, type World } from '../../src/promotion';

const [dir, what, tag] = process.argv.slice(2) as [string, string, string];
const world: World = { root: dir, env: process.env, now: () => new Date() };

async function main(): Promise<void> {
  process.stdout.write('ready\n');
  if (what === 'promote') await promote(world, { to: 'staging', skip: 'test' });
  else if (what === 'rollback') await rollback(world, { stage: 'staging' });
  else await setImage(world, { stage: 'dev', images: new Map([['web', `registry.example.com/web:${tag}`]]) });
}

main().catch((error: unknown) => {
  process.stderr.write(String(error));
  process.exitCode = 1;
});
