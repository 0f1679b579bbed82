import fc from 'fast-check';
import { load } from 'js-yaml';
import { parse } from 'yaml';
import { yamlText } from '../../src/model/yaml-text';

const words = fc.constantFrom('no', 'on', 'y', '.', '0o17', '017', '1_000', '12:30:45', '~', '=', '<<', '');

describe('a value as YAML text', () => {
  test('reads the same by YAML 1.1 and by 1.2', () => {
    const value = fc.dictionary(
      fc.string(),
      fc.array(fc.oneof(words, fc.string(), fc.boolean(), fc.integer())),
    );
    fc.assert(
      fc.property(value, (object) => {
        const text = yamlText(object);
        expect(parse(text)).toEqual(object);
        expect(parse(text, { version: '1.1' })).toEqual(object);
      }),
    );
  });

  test('quotes what a reader of YAML 1.1 would take for a boolean', () => {
    expect(yamlText(['no', 'plain'])).toBe('- "no"\n- plain\n');
    expect(load(yamlText(['no']))).toEqual(['no']);
  });
});
