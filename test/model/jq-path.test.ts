import { ignoreDifferences } from '../../src/model/delivery/sync';
import { jqPathFault } from '../../src/model/delivery/jq-path';

// What gojq 0.12.19, as Argo CD uses it, said of `del(…)`.
const READ = [
  '.',
  '..',
  '.spec.replicas',
  '.metadata.annotations."example.com/checked-at"',
  '.metadata.annotations["example.com/checked-at"]',
  '.metadata."na\\("m" + "e")"',
  '.spec.template.spec.initContainers[]? | select(.name == "a-b # c") | .image',
  '.spec.containers[-1], .spec.volumes[0:2]',
  '.a | select(.b-1 > 0 and (.c/.d) < 2)',
  '.a//.',
  '"a" as $x | .[$x]',
  'if .a - 1 > 0 then .b else .c end',
  'first(.a[])',
  'getpath(["a", "b"])',
  '. as [$a] ?// $a | .a',
  '.a # why\n | .b',
];
const UNREAD: readonly (readonly [string, RegExp])[] = [
  [' ', /empty/],
  ['/spec/replicas', /jsonPointers/],
  ['$.spec.replicas', /JSONPath/],
  ['spec.replicas', /begins with a dot: \.spec/],
  ['.spec.containers[0', /"\[" is not closed/],
  ['.spec.containers[0)]', /"\)" closes nothing/],
  ['.a | select(.b == "x)', /""" is not closed/],
  ['."a\\(.b"', /not closed/],
  ['.spec.', /follows the "\."/],
  ['.spec |', /follows the "\|"/],
  ['.metadata.annotations.checked-at', /quotes: \."checked-at"/],
  ['.metadata.annotations.example.com/x', /quotes/],
  ['.spec # mine', /comment/],
];

test('an expression that Argo CD can read is accepted', () => {
  expect(READ.filter((text) => jqPathFault(text) !== undefined)).toEqual([]);
});

test.each(UNREAD)('%j is refused, and it is said why', (text, why) => {
  expect(jqPathFault(text)).toMatch(why);
  const { error } = ignoreDifferences.safeParse([{ kind: 'ConfigMap', jqPathExpressions: ['.data', text] }]);
  expect(error!.issues).toMatchObject([{ path: [0, 'jqPathExpressions', 1] }]);
  expect(error!.issues[0]!.message).toMatch(why);
});
