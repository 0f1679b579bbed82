import { existsSync, statSync } from 'node:fs';

/** Whether there is a file; also where a part of the path is no folder, for which `statSync` throws. */
export const isFile = (path: string): boolean => existsSync(path) && statSync(path).isFile();
