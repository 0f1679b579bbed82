import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startArgoCd, type ArgoCd } from './argocd';
import type { Api } from './api';
import { startControlPlane, type ControlPlane } from './control-plane';
import { startGitServer, type GitServer } from './git-server';
import { startIdentityProvider, type IdentityProvider } from './oidc';
import { startNodes } from './nodes';
import { startReceiver, type Receiver } from './receiver';
import { startVolumes } from './volumes';
import { run } from './run-command';
import type { Session } from './session';
import { Supervisor } from './supervisor';
import { prepareTools, type ToolFolders } from './tools';

/** A Kubernetes cluster without containers, and a Git server beside it. */
export interface Cluster {
  readonly folder: string;
  readonly tools: ToolFolders;
  readonly supervisor: Supervisor;
  readonly plane: ControlPlane;
  readonly api: Api;
  readonly git: GitServer;
  readonly identity: IdentityProvider;
  /** Where notifications go. */
  readonly receiver: Receiver;
  /** Runs kubectl as the cluster's admin. */
  readonly kubectl: (args: readonly string[], input?: string) => Promise<string>;
  /** Argo CD's processes, once its manifest has been applied. */
  readonly startArgoCd: (extraEnv?: Readonly<Record<string, string>>) => Promise<ArgoCd>;
}

/** Builds what is missing and starts everything but Argo CD; the session ends it. */
export async function startCluster(session: Session): Promise<Cluster> {
  const { folder, log } = session;
  const tools = await prepareTools(log);
  const logs = join(folder, 'logs');
  mkdirSync(logs, { recursive: true });
  const supervisor = new Supervisor(logs);
  session.atEnd(() => supervisor.stopAll());
  const plane = await startControlPlane(folder, tools, supervisor);
  session.atEnd(() => plane.api.close());
  await startNodes(folder, tools, supervisor, plane);
  session.atEnd(startVolumes(plane.api));
  const git = await startGitServer(folder);
  session.atEnd(git.close);
  const pki = [plane.caFile, plane.caFile.replace(/\.crt$/, '.key')] as const;
  const identity = await startIdentityProvider(...pki);
  session.atEnd(identity.close);
  const receiver = await startReceiver(...pki);
  session.atEnd(receiver.close);
  const kubectl = (args: readonly string[], input?: string): Promise<string> =>
    run(join(tools.kubernetes!, 'kubectl'), args, {
      input,
      env: { PATH: process.env.PATH, HOME: folder, KUBECONFIG: plane.kubeconfig },
    });
  return {
    ...{ folder, tools, supervisor, plane, api: plane.api, git, identity, receiver, kubectl },
    startArgoCd: (extraEnv) => {
      const own = join(folder, 'argocd');
      mkdirSync(own, { recursive: true });
      return startArgoCd(own, tools, supervisor, plane, extraEnv);
    },
  };
}
