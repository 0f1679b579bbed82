import { sameDependencies } from '../../src/synth/pins/dependencies';
import { pinnedPart } from '../../src/synth/pins/stage-text';

describe('the packages of a pinned revision', () => {
  const lock = (packages: object): string => JSON.stringify({ packages });
  const base = {
    '': { dependencies: { a: '1', '@pulumi/pulumi': '3' }, devDependencies: { jest: '1' } },
    'node_modules/a': { version: '1.0.0', integrity: 'x', dependencies: { b: '1' } },
    'node_modules/b': { version: '1.0.0', integrity: 'y' },
    'node_modules/@pulumi/pulumi': { version: '3.0.0', integrity: 'z' },
    'node_modules/jest': { version: '1.0.0', integrity: 'j' },
  };

  test('agree although tools of development and of Pulumi differ', () => {
    const other = {
      ...base,
      'node_modules/jest': { version: '2.0.0', integrity: 'k' },
      'node_modules/@pulumi/pulumi': { version: '4.0.0', integrity: 'zz' },
    };
    expect(sameDependencies(lock(base), lock(other))).toBe(true);
  });

  test('differ by what a dependency depends on, also where it is nested', () => {
    const nested = { ...base, 'node_modules/a/node_modules/b': { version: '2.0.0', integrity: 'y2' } };
    expect(sameDependencies(lock(base), lock(nested))).toBe(false);
    expect(sameDependencies(lock(base), undefined)).toBe(false);
    expect(sameDependencies('{', lock(base))).toBe(false);
  });
});

describe('the part of a stage file that is pinned', () => {
  test('keeps its lines, and nothing of what is not', () => {
    const text =
      '# a\nbase: x\nhold: "why: #"\npodSecurity: baseline\nown:\n  - a.b\n# c\napps:\n  web: {}\n';
    expect(pinnedPart(text)).toBe('# a\n\n\npodSecurity: baseline\n\n\n\napps:\n  web: {}\n');
  });

  test('is an empty map when there is nothing else, or as a flow map', () => {
    expect(pinnedPart('# a\nbase: x\n')).toBe('# a\n{}\n');
    expect(pinnedPart('{ base: x, apps: {} }\n')).toBe('{ apps: {} }\n');
    expect(pinnedPart('')).toBe('');
  });
});
