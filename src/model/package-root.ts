import { join } from 'node:path';

/**
 * The folder of this package: with package.json, bin/ and third_party/. It is two folders up in every layout: from
 * src/model/ in a checkout, from lib/model/ in an installed package, and from .stageline/program/, where the bundle is.
 */
export const PACKAGE_ROOT = join(__dirname, '../..');
