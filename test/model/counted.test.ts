import { counted } from '../../src/model/counted';

test('one is told apart from none and several', () => {
  expect([0, 1, 2].map((count) => counted(count, 'file'))).toEqual(['0 files', '1 file', '2 files']);
});
