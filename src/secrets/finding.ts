import type { Detection } from './detect';

/** A credential in an object, or an object that is one. */
export interface ObjectFinding {
  /** `spec.template.spec.containers[0].env[DB_PASSWORD].value` */
  readonly field: string;
  readonly detection: Detection;
  /** A Secret with data: no false alarm, whatever it holds. */
  readonly structural: boolean;
}
