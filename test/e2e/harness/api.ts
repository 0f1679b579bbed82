import { Agent, request } from 'node:https';

/** An object as the API server gives it. */
export interface Live {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    uid?: string;
    resourceVersion?: string;
    generation?: number;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    [field: string]: unknown;
  };
  // What else an object holds is read by path, in assertions that fail when it is not there.
  [field: string]: unknown;
}

/** What the API server refuses, with its status code and its own words. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

interface Resource {
  readonly plural: string;
  readonly namespaced: boolean;
}

/** A small client of the Kubernetes API: JSON in, JSON out. */
export class Api {
  private readonly agent: Agent;
  private readonly discovered = new Map<string, Promise<Map<string, Resource>>>();

  constructor(
    readonly server: string,
    ca: string,
    private readonly token: string,
  ) {
    this.agent = new Agent({ ca, keepAlive: true });
  }

  raw(
    method: string,
    path: string,
    body?: unknown,
    contentType = 'application/json',
    onWarning: (warning: string) => void = () => undefined,
  ): Promise<string> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((done, fail) => {
      const call = request(
        `${this.server}${path}`,
        {
          method,
          agent: this.agent,
          timeout: 30_000,
          headers: {
            authorization: `Bearer ${this.token}`,
            accept: 'application/json',
            ...(text === undefined
              ? {}
              : { 'content-type': contentType, 'content-length': Buffer.byteLength(text) }),
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', fail);
          response.on('end', () => {
            const answer = Buffer.concat(chunks).toString('utf8');
            const status = response.statusCode ?? 0;
            const { warning } = response.headers;
            if (warning) onWarning(warning);
            if (status < 300) done(answer);
            else fail(new ApiError(status, messageOf(answer) || `${method} ${path}: ${status}`));
          });
        },
      );
      call.on('timeout', () => call.destroy(new Error(`${method} ${path}: no answer in 30 s`)));
      call.on('error', fail);
      call.end(text);
    });
  }

  async json<T = unknown>(method: string, path: string, body?: unknown, contentType?: string): Promise<T> {
    return JSON.parse(await this.raw(method, path, body, contentType)) as T;
  }

  async path(apiVersion: string, kind: string, namespace?: string, name?: string): Promise<string> {
    const { plural, namespaced } = await this.resource(apiVersion, kind);
    const scope = namespaced && namespace !== undefined ? `/namespaces/${namespace}` : '';
    return `${groupPath(apiVersion)}${scope}/${plural}${name === undefined ? '' : `/${name}`}`;
  }

  async get(apiVersion: string, kind: string, name: string, namespace?: string): Promise<Live> {
    return this.json('GET', await this.path(apiVersion, kind, namespace, name));
  }

  /** Like `get`, undefined when there is none. */
  async find(apiVersion: string, kind: string, name: string, namespace?: string): Promise<Live | undefined> {
    try {
      return await this.get(apiVersion, kind, name, namespace);
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return undefined;
      throw error;
    }
  }

  /** All of one kind, in one namespace or in all. */
  async list(apiVersion: string, kind: string, namespace?: string, selector = ''): Promise<Live[]> {
    const query = selector && `?labelSelector=${encodeURIComponent(selector)}`;
    const path = await this.path(apiVersion, kind, namespace);
    const { items } = await this.json<{ items: Live[] }>('GET', path + query);
    return items.map((item) => ({ ...item, apiVersion, kind }));
  }

  /** Server-side apply. */
  async apply(object: object, options: { manager?: string; dryRun?: boolean } = {}): Promise<Live> {
    const { apiVersion, kind, metadata } = object as Live;
    const path = await this.path(apiVersion, kind, metadata.namespace, metadata.name);
    const query = `fieldManager=${options.manager ?? 'e2e'}&force=true${options.dryRun ? '&dryRun=All' : ''}`;
    return this.json('PATCH', `${path}?${query}`, object, 'application/apply-patch+yaml');
  }

  /**
   * What the server would do with an object, unknown fields and warnings being errors.
   *
   * @throws ApiError
   */
  async dryRun(object: Live): Promise<void> {
    const { apiVersion, kind, metadata } = object;
    const path = await this.path(apiVersion, kind, metadata.namespace, metadata.name);
    const query = 'fieldManager=e2e&force=true&dryRun=All&fieldValidation=Strict';
    const warnings: string[] = [];
    await this.raw('PATCH', `${path}?${query}`, object, 'application/apply-patch+yaml', (warning) =>
      warnings.push(warning),
    );
    if (warnings.length) throw new ApiError(200, `${kind} ${metadata.name}: ${warnings.join('; ')}`);
  }

  async patch(
    apiVersion: string,
    kind: string,
    name: string,
    namespace: string | undefined,
    patch: object,
  ): Promise<Live> {
    const path = await this.path(apiVersion, kind, namespace, name);
    return this.json('PATCH', path, patch, 'application/merge-patch+json');
  }

  /** A patch that finds the elements of lists by their names, as `kubectl edit` does. */
  async strategicPatch(
    apiVersion: string,
    kind: string,
    name: string,
    namespace: string,
    patch: object,
  ): Promise<Live> {
    const path = await this.path(apiVersion, kind, namespace, name);
    return this.json('PATCH', path, patch, 'application/strategic-merge-patch+json');
  }

  async create(object: Live, options: { dryRun?: boolean } = {}): Promise<Live> {
    const path = await this.path(object.apiVersion, object.kind, object.metadata.namespace);
    return this.json('POST', `${path}${options.dryRun ? '?dryRun=All' : ''}`, object);
  }

  async delete(apiVersion: string, kind: string, name: string, namespace?: string): Promise<void> {
    try {
      await this.raw('DELETE', await this.path(apiVersion, kind, namespace, name));
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 404)) throw error;
    }
  }

  close(): void {
    this.agent.destroy();
  }

  private async resource(apiVersion: string, kind: string): Promise<Resource> {
    let known = this.discovered.get(apiVersion);
    let found = (await known?.catch(() => undefined))?.get(kind);
    if (!found) {
      // Asked again whenever a kind is unknown: its CRD may have come since.
      known = this.discover(apiVersion);
      this.discovered.set(apiVersion, known);
      found = (await known).get(kind);
    }
    if (!found) throw new ApiError(404, `the server has no ${kind} in ${apiVersion}`);
    return found;
  }

  private async discover(apiVersion: string): Promise<Map<string, Resource>> {
    const { resources } = await this.json<{
      resources: { name: string; kind: string; namespaced: boolean }[];
    }>('GET', groupPath(apiVersion));
    return new Map(
      resources
        .filter(({ name }) => !name.includes('/'))
        .map(({ name, kind, namespaced }) => [kind, { plural: name, namespaced }]),
    );
  }
}

function groupPath(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

function messageOf(answer: string): string {
  try {
    const { message } = JSON.parse(answer) as { message?: string };
    return message ?? answer;
  } catch {
    return answer;
  }
}
