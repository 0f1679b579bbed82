import { statSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

/**
 * Waits until what was written in a folder is at rest for whoever goes by its times: what was changed at the same tick of
 * the disk's clock, which may be of whole seconds, is never trusted.
 */
export const settle = (folder: string): Promise<void> =>
  setTimeout(statSync(folder).ctimeMs % 1000 === 0 ? 3000 : 150);
