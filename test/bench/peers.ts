import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { appName, minReplicas, stageName, type Size } from './repository';

/** Where the same app of the same stage lies for each of the peers. */
export const overlayOf = (root: string, app: number, stage: number): string =>
  join(root, 'kustomize', appName(app), 'overlays', stageName(stage));
export const chartOf = (root: string): string => join(root, 'helm');
export const valuesOf = (root: string, app: number, stage: number): string =>
  join(root, 'helm-values', `${appName(app)}-${stageName(stage)}.yaml`);

/**
 * Writes what dist/ holds as a Kustomize base with an overlay for each stage, and as one Helm chart with values for
 * each app and stage. What differs between stages is a label, the namespace and the least number of replicas.
 */
export function writePeers(root: string, { apps, stages }: Size): void {
  const textOf = (app: number): string => {
    const text = readFileSync(join(root, 'dist', stageName(0), `${appName(app)}.yaml`), 'utf8');
    return text.slice(text.indexOf('\n') + 1);
  };
  write(chartOf(root), 'Chart.yaml', 'apiVersion: v2\nname: app\nversion: 1.0.0\n');
  write(join(chartOf(root), 'templates'), 'app.yaml', template(textOf(0), apps));
  for (let app = 0; app < apps; app++) {
    const base = textOf(app)
      .replace(/^ {2}namespace: .*\n/gm, '')
      .replace(/^ +app\.kubernetes\.io\/environment: .*\n/gm, '');
    const folder = join(root, 'kustomize', appName(app), 'base');
    write(folder, 'app.yaml', base);
    write(folder, 'kustomization.yaml', 'resources: [app.yaml]\n');
    for (let stage = 0; stage < stages; stage++) {
      write(overlayOf(root, app, stage), 'kustomization.yaml', overlay(app, stage));
      writeFile(valuesOf(root, app, stage), values(app, stage, textOf(app), apps));
    }
  }
}

function overlay(app: number, stage: number): string {
  return `resources: [../../base]
namespace: big-${stageName(stage)}
labels: [{ pairs: { app.kubernetes.io/environment: ${stageName(stage)} } }]
patches:
  - target: { kind: HorizontalPodAutoscaler, name: ${appName(app)} }
    patch: |
      - op: replace
        path: /spec/minReplicas
        value: ${minReplicas(stage)}
`;
}

function values(app: number, stage: number, text: string, apps: number): string {
  return `name: ${appName(app)}
to: ${appName((app + 1) % apps)}
from: ${appName((app + apps - 1) % apps)}
stage: ${stageName(stage)}
version: 1.${app % 10}.0
minReplicas: ${minReplicas(stage)}
checksum: ${/checksum\/config: (\S+)/.exec(text)![1]}
`;
}

/** The first app as a template. */
function template(text: string, apps: number): string {
  return text
    .replaceAll(appName(0), '{{ .Values.name }}')
    .replaceAll(appName(1), '{{ .Values.to }}')
    .replaceAll(appName(apps - 1), '{{ .Values.from }}')
    .replaceAll(stageName(0), '{{ .Values.stage }}')
    .replaceAll(':1.0.0', ':{{ .Values.version }}')
    .replace(/checksum\/config: \S+/, 'checksum/config: {{ .Values.checksum }}')
    .replace(/minReplicas: \d+/, 'minReplicas: {{ .Values.minReplicas }}');
}

function write(folder: string, name: string, text: string): void {
  writeFile(join(folder, name), text);
}

function writeFile(path: string, text: string): void {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
}
