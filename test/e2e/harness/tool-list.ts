/** A program that is built from published Go modules; its go.mod and go.sum lie in test/e2e/tools/<name>/. */
export interface Tool {
  readonly name: string;
  readonly packages: readonly string[];
  readonly ldflags: string;
  /** How long a cold build takes, for the message. */
  readonly minutes: number;
  /** Programs to rename once built. */
  readonly rename?: Readonly<Record<string, string>>;
  /** Symbolic links to make: name → program. */
  readonly links?: Readonly<Record<string, string>>;
  /** Files of the modules that are wanted beside the programs. */
  readonly files?: readonly { readonly module: string; readonly path: string; readonly to: string }[];
  /** Lines to replace in the module before it is built; each must occur exactly once. */
  readonly patch?: {
    readonly module: string;
    readonly lines: readonly { readonly file: string; readonly from: string; readonly to: string }[];
  };
}

const kubernetesVersion = {
  gitVersion: 'v1.36.3',
  gitMajor: '1',
  gitMinor: '36',
  gitTreeState: 'archive',
};
const argocd = 'github.com/argoproj/argo-cd/v3';

/** Everything that the cluster runs and that is not a Debian package. */
export const TOOLS: readonly Tool[] = [
  { name: 'etcd', packages: ['.'], ldflags: '-s -w', minutes: 1 },
  {
    name: 'kubernetes',
    packages: ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl'].map(
      (command) => `k8s.io/kubernetes/cmd/${command}`,
    ),
    ldflags: [
      '-s -w',
      ...Object.entries(kubernetesVersion).map(
        ([key, value]) => `-X k8s.io/component-base/version.${key}=${value}`,
      ),
    ].join(' '),
    minutes: 14,
  },
  {
    name: 'kwok',
    packages: ['sigs.k8s.io/kwok/cmd/kwok'],
    ldflags: '-s -w',
    minutes: 2,
    files: [
      'node/fast/node-initialize.yaml',
      'pod/fast/pod-ready.yaml',
      'pod/fast/pod-complete.yaml',
      'pod/fast/pod-delete.yaml',
    ].map((path) => ({
      module: 'sigs.k8s.io/kwok',
      path: `kustomize/stage/${path}`,
      to: path.slice(path.lastIndexOf('/') + 1),
    })),
  },
  {
    name: 'argocd',
    packages: [`${argocd}/cmd`],
    ldflags: `-s -w -X ${argocd}/common.version=3.2.6`,
    minutes: 7,
    rename: { cmd: 'argocd' },
    // One program: what it does follows from the name it is called under.
    links: Object.fromEntries(
      [
        'argocd-application-controller',
        'argocd-applicationset-controller',
        'argocd-git-ask-pass',
        'argocd-notifications',
        'argocd-repo-server',
        'argocd-server',
      ].map((name) => [name, 'argocd']),
    ),
    files: [{ module: argocd, path: 'manifests', to: 'manifests' }],
    // Both serve metrics on every interface, and no flag or variable says otherwise.
    patch: {
      module: argocd,
      lines: ['controller/appcontroller.go', 'cmd/argocd-notification/commands/controller.go'].map(
        (file) => ({
          file,
          from: '"0.0.0.0:%d"',
          to: '"127.0.0.1:%d"',
        }),
      ),
    },
  },
  {
    // Only for its manifest: what a cluster runs before it is upgraded to the version above.
    name: 'argocd-previous',
    packages: [],
    ldflags: '',
    minutes: 1,
    files: [{ module: argocd, path: 'manifests/install.yaml', to: 'install.yaml' }],
  },
  {
    name: 'sealed-secrets',
    packages: ['github.com/bitnami-labs/sealed-secrets/cmd/controller'],
    ldflags: '-s -w',
    minutes: 2,
    files: [
      {
        module: 'github.com/bitnami-labs/sealed-secrets',
        path: 'helm/sealed-secrets/crds/bitnami.com_sealedsecrets.yaml',
        to: 'crd.yaml',
      },
    ],
    // It takes its account from fixed paths under /var/run, which are not ours to write to.
    patch: {
      module: 'github.com/bitnami-labs/sealed-secrets',
      lines: [
        { from: '"k8s.io/client-go/rest"', to: '"k8s.io/client-go/tools/clientcmd"' },
        { from: 'rest.InClusterConfig()', to: 'clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))' },
      ].map((line) => ({ file: 'pkg/controller/main.go', ...line })),
    },
  },
];
