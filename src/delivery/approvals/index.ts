export { byHand, codeowners, hasBlock, sectionsByHand } from './codeowners';
export { approvalProblems } from './problems';
export { protectionFiles } from './protection';
export {
  approvalRules,
  CODEOWNERS,
  formatApproval,
  neededApprovals,
  SETTINGS,
  type ApprovalRule,
  type NeededApproval,
} from './rules';
