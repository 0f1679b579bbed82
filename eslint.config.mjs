import js from '@eslint/js';
import ts from 'typescript-eslint';

// Which rooms of src/ a room may import from; see ARCHITECTURE.md. A room that is not listed may import none.
const arrows = {
  model: [],
  config: ['model'],
  constructs: ['model'],
  manifests: ['model'],
  delivery: ['model'],
  git: ['model'],
  secrets: ['model', 'config'],
  synth: ['model', 'config', 'constructs', 'manifests', 'delivery', 'git', 'secrets'],
  promotion: ['model', 'config', 'manifests', 'delivery', 'git', 'synth'],
  stack: ['model', 'config', 'delivery', 'synth'],
  cli: ['model', 'config', 'constructs', 'manifests', 'delivery', 'git', 'secrets', 'synth', 'promotion'],
};
const rooms = Object.keys(arrows);

const room = (name) => ({
  files: [`src/${name}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          ...rooms
            .filter((other) => other !== name && !arrows[name].includes(other))
            .map((other) => ({
              regex: `^(\\.\\./)+${other}(/|$)`,
              message: `src/${name} must not import src/${other}: data flows one way (ARCHITECTURE.md).`,
            })),
          {
            regex: '^cdk8s-plus-(?!28)',
            message: 'Only cdk8s-plus-28 is a dependency; others come with the CLI by accident.',
          },
          ...(name === 'stack' ? [] : [{ regex: '^@pulumi/', message: 'Only src/stack imports Pulumi.' }]),
          ...(name === 'git'
            ? []
            : [{ regex: '^(node:)?child_process$', message: 'Only src/git starts processes.' }]),
        ],
      },
    ],
  },
});

export default ts.config(
  { ignores: ['node_modules/', 'lib/', 'dist/', 'third_party/', '.stageline/', 'coverage/'] },
  js.configs.recommended,
  ...ts.configs.recommended,
  {
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-control-regex': 'off',
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ['**/*.js'],
    languageOptions: {
      globals: {
        require: 'readonly',
        module: 'writable',
        process: 'readonly',
        __dirname: 'readonly',
        __filename: 'readonly',
        Buffer: 'readonly',
        console: 'readonly',
      },
      sourceType: 'commonjs',
    },
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
  ...rooms.map(room),
  {
    files: ['src/apps/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^\\.',
              message:
                "Apps import from 'stageline' alone, so that an upgrade is npm update and never a merge.",
            },
          ],
        },
      ],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      'no-restricted-properties': [
        'error',
        { object: 'jest', property: 'setTimeout', message: 'testTimeout in jest.config.js is long enough.' },
      ],
    },
  },
);
