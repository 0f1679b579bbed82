/** A way to break the product, and the scenario that must notice. */
export interface Mutant {
  readonly name: string;
  readonly edits: readonly { readonly file: string; readonly from: string; readonly to: string }[];
  /** The whole name of the scenario. */
  readonly scenario: string;
  /** What its failure must say. */
  readonly why: RegExp;
}
