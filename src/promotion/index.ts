export { promote, type PromoteOptions } from './promote';
export { rollback, type RollbackOptions } from './rollback';
export {
  hold,
  setImage,
  setValues,
  type HoldOptions,
  type SetImageOptions,
  type SetOptions,
} from './edit-stage';
export { formatPreview, formatSummary } from './format';
export { pullRequestBody } from './pull-request';
export type { OperationOptions } from './operation';
export type { Outcome, Proposal } from './proposal';
export { CLASSES, type ChangeClass } from './promotable';
export type { World } from './workspace';
export { diffAgainst, diffStages, formatStageDiff, type StageDiff } from './diff';
export { history, record, type History, type HistoryEntry, type RecordOptions } from './history';
export { HEALTHS, RESULTS } from './records';
export { formatBehind, status, type StageStatus } from './status';
export { formatAge, formatTable } from './table';
