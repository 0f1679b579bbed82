import fc from 'fast-check';

/** Values on one line as people write them, and some that are not what they look like, or nothing at all. */
const SCALARS = [
  ...[
    'a',
    'text',
    'two words',
    'a:b',
    'http://x:80/p',
    'a#b',
    '-1',
    '--flag=1',
    '-x',
    "it's",
    'say "x"',
    'a,b',
  ],
  ...[
    '0',
    '-0',
    '007',
    '1.50',
    '+1',
    '1e3',
    '.5',
    '5.',
    '0o17',
    '0x1F',
    '.inf',
    '.NaN',
    '12345678901234567890',
  ],
  ...[
    '0x1234567890abcdefff',
    '1_000',
    '1.2.3',
    '100m',
    '+',
    '.',
    '1e',
    '0o8',
    '-0.0',
    '0b1',
    '12:30:45',
    '1e400',
  ],
  ...[
    '~',
    'null',
    'Null',
    'NULL',
    'nULL',
    'true',
    'True',
    'TRUE',
    'yes',
    'no',
    'False',
    '<<',
    '__proto__',
    '=',
    '<',
  ],
  ...[
    '""',
    '"a: b"',
    '"a\\nb"',
    '"a\\tb"',
    '"\\u00e9"',
    '"\\x41"',
    '"\\/"',
    '"a\\"b"',
    '"a # b"',
    '" a "',
    '"\\\\"',
  ],
  ...["''", "'a: b'", "'it''s'", "' # '", "'\\n'", 'é', '日本', 'a\u00a0', '\u{1f600}', 'x'.repeat(70)],
];
const NO_SCALARS = [
  ...[
    '"a',
    "'a",
    '"a"b',
    "'a' b",
    "'a'b'",
    "'a'# c",
    'a: b',
    'a:',
    ':a',
    ': a',
    'a : b',
    '',
    '# c',
    '#c',
    '?',
    '? a',
  ],
  ...[
    '?a',
    '! a',
    '!a b',
    '!!str a',
    '&a b',
    '*a',
    '%a',
    '@a',
    '`a`',
    '|',
    '| a',
    '>',
    '{',
    '}',
    '[',
    ']',
    ',',
    'a]',
  ],
  ...[
    '[a]b',
    '{a}',
    '{a: b} c',
    '[a]# c',
    '[a: b]',
    '\ufeff',
    '\u0085',
    '\u2028',
    '---',
    '--- a',
    '...',
    '---a',
    '-',
  ],
  ...[
    'a\tb',
    '\t',
    '- a',
    '- a: b',
    'a\nb',
    '"a\n  b"',
    '"\ud800"',
    '\u0000',
    'x'.repeat(1100),
    '- '.repeat(70) + 'a',
  ],
];
const KEYS = [
  'a',
  'b',
  'c',
  'key',
  'two words',
  '"d e"',
  "'f'",
  'a:b',
  'x#y',
  '-k',
  'é',
  'k.l/m',
  '"g\\th"',
  '1a',
];
const NO_KEYS = [
  '1',
  'true',
  '~',
  '<<',
  '__proto__',
  'a:',
  '"a"b',
  '- a',
  '? a',
  '',
  '{a}',
  '[a]',
  '*a',
  '&a b',
  '"\\b"',
];

const mostly = <T>(usual: readonly T[], odd: readonly T[], oneOf = 12): fc.Arbitrary<T> =>
  fc.oneof(
    { weight: oneOf - 1, arbitrary: fc.constantFrom(...usual) },
    { weight: 1, arbitrary: fc.constantFrom(...odd) },
  );

const scalar = mostly(SCALARS, NO_SCALARS, 60);
const key = mostly(KEYS, NO_KEYS, 60);
const colon = mostly([': ', ': ', ' : ', ':  '], [':', ' :'], 40);
const DEEP = '\n'.padEnd(20);
const space = mostly(
  ['', '', '', '', ' ', DEEP, ` # c${DEEP}`, `\n# c${DEEP}`, `\n${DEEP}`],
  ['\n', '\n  ', `# c${DEEP}`],
  60,
);
const comma = mostly(
  [', ', ', ', ', ', ',', ' ,', `,${DEEP}`, `, # c${DEEP}`],
  [`,# c${DEEP}`, ',\n', ',\n  ', ',,'],
  40,
);
const trail = mostly(
  ['', '', '', '', ' ', ',', ', ', `${DEEP}`, `,${DEEP}`],
  ['\n', '\n  ', ',\n', ',,'],
  40,
);

/** What stands on a line behind a key or a dash. */
const { inline } = fc.letrec<Record<'inline' | 'map' | 'list', string>>((tie) => {
  const around = (items: fc.Arbitrary<string>): fc.Arbitrary<string> =>
    fc.tuple(space, fc.array(fc.tuple(items, comma), { maxLength: 3 }), trail).map(([before, parts, end]) => {
      const text = parts.map(([item, after], i) => (i < parts.length - 1 ? item + after : item)).join('');
      return before + text + end;
    });
  const pair = fc.tuple(key, colon, space, tie('inline')).map((parts) => parts.join(''));
  return {
    inline: fc.oneof({ maxDepth: 3 }, { weight: 4, arbitrary: scalar }, tie('map'), tie('list')),
    map: around(pair).map((text) => `{${text}}`),
    list: around(tie('inline')).map((text) => `[${text}]`),
  };
});

const comment = mostly(['', '', '', '', ' # c', '  # x: y', ' #', '  '], ['#', '# c'], 40);
const lineEnd = mostly(
  ['\n', '\n', '\n', '\n\n', '\n  \n', '\n# c\n', '\n     # c\n', '\n#\n\n'],
  ['\r\n', '\n\t\n'],
  60,
);
const end = fc.tuple(comment, lineEnd).map((parts) => parts.join(''));
const indent = mostly(['  ', '  ', '    ', ' '], [''], 40);

/** A value in block style: what follows a dash or a colon that is indented like this. */
type Block = (pad: string, dash: boolean) => string;

const literal: fc.Arbitrary<Block> = fc
  .tuple(
    mostly(['|', '|-'], ['|+', '>', '|2', '| ', '| # c', '>-'], 15),
    indent,
    fc.array(mostly(['text', 'a: b', '# c', '- x', '', '  deeper'], ['   ', '\t', '---', ' '], 30), {
      maxLength: 4,
    }),
  )
  .map(
    ([header, step, lines]) =>
      (pad) =>
        ` ${[header, ...lines.map((line) => line && pad + step + line)].join('\n')}`,
  );

const { pairs } = fc.letrec<Record<'block' | 'pairs' | 'map' | 'list', Block>>((tie) => ({
  block: fc.oneof(
    { maxDepth: 4 },
    { weight: 3, arbitrary: inline.map((text) => () => ` ${text}`) },
    { weight: 1, arbitrary: literal },
    { weight: 2, arbitrary: tie('map') },
    { weight: 2, arbitrary: tie('list') },
  ),
  pairs: fc
    .array(fc.tuple(key, mostly([':', ':', ':', ' :'], [''], 60), tie('block'), end), {
      minLength: 1,
      maxLength: 4,
    })
    .map(
      (each) => (pad) =>
        each.map(([name, colon, value, after]) => name + colon + value(pad, false) + after).join(pad),
    ),
  map: fc
    .tuple(tie('pairs'), end, indent, fc.boolean())
    .map(([inner, before, step, compact]) => (pad, dash) => {
      const deeper = pad + step;
      return dash && compact ? ` ${inner(`${pad}  `, false)}` : before + deeper + inner(deeper, false);
    }),
  list: fc
    .tuple(fc.array(fc.tuple(tie('block'), end), { minLength: 1, maxLength: 3 }), end, indent, fc.boolean())
    .map(([items, before, step, compact]) => (pad, dash) => {
      const deeper = dash && compact ? `${pad}  ` : pad + (compact ? '' : step);
      const each = items.map(([value, after]) => `-${value(deeper, true)}${after}`).join(deeper);
      return dash && compact ? ` ${each}` : before + deeper + each;
    }),
}));

/** Texts that are YAML for the most part, and of those that people write for the most part. */
export const yamlText = fc
  .tuple(mostly(['', '# c\n', '\n'], ['---\n', '%YAML 1.2\n', ' '], 30), pairs)
  .map(([start, inner]) => start + inner('', false));

/** A text that was edited in one to three places. */
export const edited = (texts: fc.Arbitrary<string>): fc.Arbitrary<string> => {
  const insert = fc.constantFrom(
    ...`:#-,[]{}"'|>&*!?%@ \n\t~0aé`.split(''),
    ': ',
    ' #',
    '- ',
    '\n  ',
    '\n# c',
    "''",
    '\\',
  );
  const edit = fc.tuple(fc.nat(), fc.nat({ max: 3 }), fc.oneof(fc.constant(''), insert));
  return fc.tuple(texts, fc.array(edit, { minLength: 1, maxLength: 3 })).map(([text, edits]) =>
    edits.reduce((whole, [at, length, added]) => {
      const offset = at % (whole.length + 1);
      return whole.slice(0, offset) + added + whole.slice(offset + length);
    }, text),
  );
};
