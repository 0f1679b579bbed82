import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadRepository } from '../../src/config';
import type { AppClass, Repository } from '../../src/model/environment';
import { formatProblem, UserError } from '../../src/model/errors';

/** A complete base.yaml with one app; `apps:` comes last, so that more apps can follow. */
export const BASE = `# yaml-language-server: $schema=schema/base.schema.json
project: shop
repository: { url: https://git.example.com/shop.git }
clusters:
  main:
    kubernetes: '1.33'
    provides: [metrics-server]
cluster: main
apps:
  web:
    kind: service
    image: nginxinc/nginx-unprivileged:1.29.1
    ports:
      http: { containerPort: 8080, servicePort: 80 }
    resources:
      requests: { cpu: 50m, memory: 32Mi }
      limits: { memory: 64Mi }
`;

/** What a container has to say of its resources. */
export const RESOURCES = 'resources: { requests: { cpu: 50m, memory: 32Mi }, limits: { memory: 64Mi } }';

/** The files of environments/, by name. */
export type Files = Readonly<Record<string, string | Buffer>>;

/** Runs something in a folder that has an environments/ of these files, and removes the folder. */
export function inRepository<T>(files: Files, run: (root: string) => T): T {
  const root = mkdtempSync(join(tmpdir(), 'environments-'));
  try {
    mkdirSync(join(root, 'environments'));
    for (const [name, content] of Object.entries(files))
      writeFileSync(join(root, 'environments', name), content);
    return run(root);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

export const loadFiles = (files: Files, classes: readonly AppClass[] = []): Repository =>
  inRepository(files, (root) => loadRepository({ root, classes }));

/** What is printed for these files; nothing when they are fine. */
export const complaintsOf = (files: Files, classes: readonly AppClass[] = []): string[] =>
  inRepository(files, (root) => complaintsAt(root, classes));

export function complaintsAt(root: string, classes: readonly AppClass[] = []): string[] {
  try {
    loadRepository({ root, classes });
    return [];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.problems.map(formatProblem);
  }
}
