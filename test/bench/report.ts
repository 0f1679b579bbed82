import { median, type Cost } from './measure';

/** Seconds of CPU, and of the clock. */
export type Spent = Pick<Cost, 'cpu' | 'wall'>;

const WAYS: readonly (keyof Spent)[] = ['cpu', 'wall'];

export const middle = (costs: readonly Spent[]): Spent => ({
  cpu: median(costs.map(({ cpu }) => cpu)),
  wall: median(costs.map(({ wall }) => wall)),
});

/** One line of the table. */
export const line = (name: string, { cpu, wall }: Spent, note = ''): void =>
  console.log(
    `${name.padEnd(32)}${cpu.toFixed(1).padStart(7)} s${wall.toFixed(1).padStart(7)} s  ${note}`.trimEnd(),
  );

const verdict = (holds: readonly boolean[], aim: string): string =>
  `(aim ${aim}: ${holds.every((one) => one) ? 'held' : holds.some((one) => one) ? 'held by one' : 'MISSED'})`;

/** How many times as long something takes, by CPU and by the clock. */
export function ratios(of: Spent, to: Spent, most: number, what: string): string {
  const values = WAYS.map((way) => of[way] / to[way]);
  const holds = values.map((value) => value <= most);
  return `${values.map((value) => value.toFixed(1)).join(' and ')} × ${what} ${verdict(holds, String(most))}`;
}

/** Whether it takes so many seconds at most by the clock. */
export const within = ({ wall }: Spent, seconds: number): string =>
  verdict([wall <= seconds], `${seconds} s`);

/** Which part of the time of others it takes, by CPU and by the clock. */
export function parts(others: Spent, ours: Spent, least: number): string {
  const values = WAYS.map((way) => others[way] / ours[way]);
  const holds = values.map((value) => value >= least);
  return `stageline 1/${values.map((value) => value.toFixed(1)).join(' and 1/')} ${verdict(holds, `1/${least}`)}`;
}
