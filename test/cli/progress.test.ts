import { Progress } from '../../src/cli/progress';

/** A terminal, and a clock that somebody moves. */
function world(isTerminal: boolean) {
  const written: string[] = [];
  const time = { ms: 0 };
  const terminal = isTerminal ? (text: string) => void written.push(text) : undefined;
  return { written, time, context: { terminal, now: () => new Date(time.ms) } };
}

test('what takes longer than a second is shown on a terminal, and taken away again', () => {
  const { written, time, context } = world(true);
  const progress = new Progress(context);
  progress.show(1, 3);
  expect(written).toEqual([]);
  time.ms = 1000;
  progress.show(2, 3);
  progress.end();
  expect(written).toEqual(['\r\u001b[Krendered 2 of 3', '\r\u001b[K']);
});

test('what is over sooner leaves no trace, and neither does anything where there is no terminal', () => {
  const quick = world(true);
  new Progress(quick.context).end();
  expect(quick.written).toEqual([]);
  const { written, time, context } = world(false);
  const progress = new Progress(context);
  time.ms = 5000;
  progress.show(2, 3);
  progress.end();
  expect(written).toEqual([]);
});
