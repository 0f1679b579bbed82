/** Seconds that this process computes for a step: what else runs on the machine does not count. */
export function cpuSeconds(step: () => void): number {
  const start = process.cpuUsage();
  step();
  return process.cpuUsage(start).user / 1e6;
}
