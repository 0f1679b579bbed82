export type { PublishFile, PublishOptions, PublishStage } from './arguments';
export { DistReader } from './disk';
export { sha256 } from './hash';
export type { DistFile, FileState } from './inspect';
export { isFilePath, isStageName, LOCK_FILE } from './paths';
export { checkDist, publish, type CheckResult, type PublishResult } from './publish';
export { readDist, readLock, verifyLock } from './read';
export { recover, type Recovery } from './recover';
export { formatLock, lockPath, parseLock, type StageLock } from './stage-lock';
