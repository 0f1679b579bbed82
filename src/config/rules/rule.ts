import type { App, Environment, RepositoryValues } from '../../model/environment';
import type { Location, Problem } from '../../model/errors';

/** What the rules look at. */
export interface Facts {
  readonly values: RepositoryValues;
  /** Where a path of base.yaml stands. */
  readonly locate: (path: readonly PropertyKey[]) => Location;
  /** The stages that are well-formed by themselves, in the order of the line. */
  readonly environments: readonly Environment[];
  /** Every app that base.yaml or a stage names. */
  readonly apps: ReadonlySet<string>;
}

/** What few apps have: a rule about it holds, whatever the values of the apps are, where none has it. */
export type Trait = 'renamed' | 'sealed';

/** A condition on the whole, which no schema of a single value can express. */
export interface RepositoryRule {
  readonly name: string;
  readonly concerns?: Trait;
  readonly check: (facts: Facts) => readonly Problem[];
}

/** A condition on a stage. */
export interface StageRule {
  readonly name: string;
  readonly concerns?: Trait;
  readonly check: (environment: Environment, facts: Facts) => readonly Problem[];
}

/** A condition on one app in one stage. */
export interface AppRule {
  readonly name: string;
  readonly check: (app: App, environment: Environment, facts: Facts) => readonly Problem[];
}
