import { TemporaryRepository } from '../support/repository';

test('two files of one name are refused, since only one could be the app', async () => {
  const repository = TemporaryRepository.ofSample();
  try {
    repository.write('src/apps/database.js', "require('./database');\n");
    const { code, stderr } = await repository.run('synth');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^src\/apps\/database\.ts: .*src\/apps\/database\.js.* \[app-file-name\]/m);
  } finally {
    repository.remove();
  }
});

test('what would be no class of an app, or Argo CD takes for an instruction, is told and not passed over', async () => {
  const repository = TemporaryRepository.ofSample();
  try {
    for (const name of ['kustomization.ts', 'queue.mts', 'page.tsx', 'old.cjs'])
      repository.write(`src/apps/${name}`, repository.read('src/apps/database.ts'));
    repository.write('src/apps/types.d.ts', 'export {};\n');
    const { code, stderr } = await repository.run('synth');
    expect(code).toBe(1);
    expect(stderr.match(/^src.*$/gm)).toEqual([
      'src/apps/kustomization.ts: no app may be called "kustomization" [reserved-name]',
      'src/apps/old.cjs: old.cjs ends neither in .ts nor in .js [app-file-name]',
      'src/apps/page.tsx: page.tsx ends neither in .ts nor in .js [app-file-name]',
      'src/apps/queue.mts: queue.mts ends neither in .ts nor in .js [app-file-name]',
    ]);
  } finally {
    repository.remove();
  }
});

test.each([
  ['looked at in advance', 'z.preprocess((raw) => raw, appValues({ kind: z.string().optional() }))'],
  ['optional', 'appValues({ kind: z.string().optional() })'],
  ['needed', 'appValues({ kind: z.string() })'],
  [
    'made into something else',
    'appValues({ kind: z.string().optional() }).transform(({ kind, ...rest }) => rest)',
  ],
])(
  'a class whose schema has a kind of its own that is %s is refused, whether or not it is set',
  async (_, values) => {
    const repository = TemporaryRepository.ofSample();
    try {
      repository.edit(
        'src/apps/database.ts',
        'static readonly values = values;',
        `static readonly values = ${values} as never;`,
      );
      const { code, stderr } = await repository.run('synth');
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr:
          'src/apps/database.ts: the values of the class "database" have a "kind", which tells what an app without a class is [class-values]\n' +
          '    → Call it otherwise.\n',
      });
    } finally {
      repository.remove();
    }
  },
);

test('a class whose schema is of another zod is told so', async () => {
  const repository = TemporaryRepository.ofSample();
  try {
    repository.edit(
      'src/apps/database.ts',
      'static readonly values = values;',
      "static readonly values = (require('zod/v3') as typeof import('zod/v3')).z.object({}) as never;",
    );
    const { code, stderr } = await repository.run('synth');
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr:
        'src/apps/database.ts: the values of the class "database" are no schema of the zod that stageline exports [class-values]\n' +
        '    → Declare them as "static readonly values = appValues({ … })".\n',
    });
  } finally {
    repository.remove();
  }
});
