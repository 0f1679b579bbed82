import { join } from 'node:path';
import { snapshotRepository } from 'stageline/testing';

snapshotRepository(join(__dirname, '..'));
