import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

const ROOT = join(__dirname, '../..');
const pages = ['.', 'docs'].flatMap((folder) =>
  readdirSync(join(ROOT, folder))
    .filter((file) => file.endsWith('.md'))
    .map((file) => join(folder, file)),
);
const read = (page: string): string => readFileSync(join(ROOT, page), 'utf8').replace(/^```[^]*?^```/gm, '');

/** The anchor that GitHub gives a heading. */
const anchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

const links = pages.flatMap((page) =>
  [...read(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => ({ page, target: target! }))
    .filter(({ target }) => !/^[a-z]+:/.test(target)),
);

test('every relative link of README, docs/ and the other pages leads to a file and a heading', () => {
  expect(links.length).toBeGreaterThan(10);
  const dead = links.filter(({ page, target }) => {
    const [path = '', heading] = target.split('#');
    const file = path === '' ? page : join(dirname(page), path);
    if (!existsSync(join(ROOT, file))) return true;
    if (heading === undefined) return false;
    return ![...read(file).matchAll(/^#+ (.+)$/gm)].some(([, text]) => anchor(text!) === heading);
  });
  expect(dead.map(({ page, target }) => `${page} → ${target}`)).toEqual([]);
});
