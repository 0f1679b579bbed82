import { formatProblems } from '../../src/model/errors';
import { promote, type World } from '../../src/promotion';
import { worldAt } from './lab';

export const T0 = Date.now();
export const HOUR = 3_600_000;

/** The world so many hours after the tests began. */
export const at = (dir: string, hours: number): World =>
  worldAt(dir, { now: () => new Date(T0 + hours * HOUR) });

/** What the gates of prod say then: `open`, or what is closed. */
export async function gate(dir: string, hours: number): Promise<string> {
  const { refused = [] } = await promote(at(dir, hours), { to: 'prod', dryRun: true });
  return refused.length > 0 ? formatProblems(refused) : 'open';
}
