import type { Api, Live } from './api';
import { Hopeless, until } from './wait';

const APPLICATION = ['argoproj.io/v1alpha1', 'Application'] as const;
const NAMESPACE = 'argocd';

export interface AppStatus {
  readonly sync?: { readonly status?: string; readonly revision?: string };
  readonly health?: { readonly status?: string; readonly message?: string };
  readonly conditions?: readonly { readonly type: string; readonly message: string }[];
  readonly resources?: readonly {
    readonly kind: string;
    readonly name: string;
    readonly namespace?: string;
    readonly status?: string;
    readonly health?: { readonly status?: string; readonly message?: string };
  }[];
  readonly operationState?: {
    readonly phase: string;
    readonly message?: string;
    readonly startedAt: string;
    readonly finishedAt?: string;
    readonly syncResult?: {
      readonly revision?: string;
      readonly resources?: readonly {
        readonly kind: string;
        readonly name: string;
        readonly status?: string;
        readonly message?: string;
        readonly hookType?: string;
        readonly hookPhase?: string;
      }[];
    };
  };
  readonly reconciledAt?: string;
}

/** What argocd-server answers when it refuses. */
export class ArgoError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
    this.name = 'ArgoError';
  }
}

/** Applications, as argocd-server's API and as their objects show them. */
export class ArgoApi {
  private token = '';

  constructor(
    readonly url: string,
    private readonly api: Api,
    private readonly guard: () => void,
  ) {}

  async login(username: string, password: string): Promise<void> {
    const answer = await this.call('POST', '/api/v1/session', { username, password });
    this.token = (answer as { token: string }).token;
  }

  /** A call to argocd-server, as the admin unless another token is given. @throws ArgoError */
  async call(method: string, path: string, body?: unknown, token = this.token): Promise<unknown> {
    const response = await fetch(this.url + path, {
      method,
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    });
    const text = await response.text();
    if (!response.ok) {
      const { message } = parseOr(text, { message: text });
      throw new ArgoError(response.status, message);
    }
    return text ? JSON.parse(text) : undefined;
  }

  /** Asks for a sync, as the button in the UI does. */
  async sync(
    name: string,
    options: { token?: string; prune?: boolean; dryRun?: boolean } = {},
  ): Promise<void> {
    const { token, prune = false, dryRun = false } = options;
    await this.call('POST', `/api/v1/applications/${name}/sync`, { name, prune, dryRun }, token);
  }

  application(name: string): Promise<Live> {
    return this.api.get(...APPLICATION, name, NAMESPACE);
  }

  async status(name: string): Promise<AppStatus> {
    return ((await this.application(name)).status ?? {}) as AppStatus;
  }

  /** Has the controller compare with the newest commit now, as a webhook would; returns when it has. */
  async refresh(name: string): Promise<void> {
    const annotation = 'argocd.argoproj.io/refresh';
    await this.api.patch(...APPLICATION, name, NAMESPACE, {
      metadata: { annotations: { [annotation]: 'normal' } },
    });
    await until(
      `Application ${name} to be refreshed`,
      async () => !((await this.application(name)).metadata.annotations ?? {})[annotation],
      { guard: this.guard },
    );
  }

  /** Waits until the status fits, and returns it. */
  async until(
    name: string,
    what: string,
    fits: (status: AppStatus) => boolean,
    within?: number,
  ): Promise<AppStatus> {
    let last: AppStatus = {};
    try {
      return await until(
        `Application ${name} to be ${what}`,
        async () => {
          last = await this.status(name);
          return fits(last) && last;
        },
        { within, guard: this.guard },
      );
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${describe(last)}`, { cause: error });
    }
  }

  /** Waits until it is Synced and Healthy; an error that lasts for a minute ends the wait. */
  untilSynced(name: string, within?: number): Promise<AppStatus> {
    let since: number | undefined;
    return this.until(
      name,
      'Synced and Healthy',
      (status) => {
        const wrong = status.conditions?.some(({ type }) => type.endsWith('Error'));
        since = wrong ? (since ?? Date.now()) : undefined;
        if (since !== undefined && Date.now() - since > 60_000)
          throw new Hopeless(`Application ${name} is in error`);
        return isSyncedAndHealthy(status);
      },
      within,
    );
  }

  /** Waits for the end of the running operation. */
  untilDone(name: string, within?: number): Promise<AppStatus> {
    return this.until(
      name,
      'done with its operation',
      ({ operationState }) => operationState?.finishedAt !== undefined && operationState.phase !== 'Running',
      within,
    );
  }
}

export function isSyncedAndHealthy({ sync, health, operationState }: AppStatus): boolean {
  return sync?.status === 'Synced' && health?.status === 'Healthy' && operationState?.phase !== 'Running';
}

/** One line for each thing that is not as it should be. */
export function describe({ sync, health, conditions, resources, operationState }: AppStatus): string {
  return [
    `sync ${sync?.status}, health ${health?.status}, operation ${operationState?.phase}: ${operationState?.message}`,
    ...(conditions ?? []).map(({ type, message }) => `${type}: ${message}`),
    ...(resources ?? [])
      .filter((each) => each.status !== 'Synced' || (each.health?.status ?? 'Healthy') !== 'Healthy')
      .map(
        ({ kind, name, status, health: own }) =>
          `${kind} ${name}: ${status} ${own?.status ?? ''} ${own?.message ?? ''}`,
      ),
  ].join('\n');
}

function parseOr<T>(text: string, otherwise: T): T {
  try {
    return JSON.parse(text) as T;
  } catch {
    return otherwise;
  }
}
