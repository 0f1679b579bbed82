import type { Environment, RepositoryValues } from '../../model/environment';
import type { Problem } from '../../model/errors';
import type { Base } from '../base';

/** What the rules look at. */
export interface Facts {
  readonly base: Base;
  readonly values: RepositoryValues;
  /** The stages that are well-formed. */
  readonly environments: readonly Environment[];
  /** Every stage that has a file. */
  readonly names: readonly string[];
}

/** A condition on the whole that no single schema can express. */
export interface Rule {
  readonly name: string;
  readonly check: (facts: Facts) => readonly Problem[];
}

export const RULES: readonly Rule[] = [];

export function checkRepository(facts: Facts): readonly Problem[] {
  return RULES.flatMap((rule) => rule.check(facts));
}
