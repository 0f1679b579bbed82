import type { Scenario } from '../harness/scenario';
import { clusterScenario } from './cluster';

/** In the order in which they run: later ones find what earlier ones left. */
export const SCENARIOS: readonly Scenario[] = [clusterScenario];
