import { createHash } from 'node:crypto';
import { ApiObject, Lazy } from 'cdk8s';
import { UserError, type Problem } from '../model/errors';
import type { SecretProvider } from '../model/secret-provider';
import type { SecretSource } from '../model/values/secrets';
import type { BaseApp } from './base-app';
import { externalSecretSpec, sealedSecretSpec, type SecretFacts } from './secret-objects';
import { appProblem } from './values';

/** What Stakater Reloader looks at: the Secrets whose change replaces the pods. */
const RELOADER = 'secret.reloader.stakater.com/reload';

export interface SecretOptions {
  /** @default `Opaque` */
  readonly type?: string;
}

/**
 * A secret that an app needs: a Secret in the cluster, and whatever makes it come into being there, as the stage's
 * provider says. Nothing of its content is known here.
 */
export class AppSecret {
  private readonly keys = new Set<string>();
  private type: string;
  private made = false;

  /** @internal */
  constructor(
    private readonly app: BaseApp,
    /** As the app calls it. */
    readonly name: string,
    options: SecretOptions,
  ) {
    this.type = options.type ?? 'Opaque';
  }

  /** The Secret's name in the cluster. */
  get objectName(): string {
    return this.source.existing ?? `${this.app.app.objectName}-${this.name}`;
  }

  /** An environment variable's source: `{ name: 'DB_PASSWORD', valueFrom: secret.env('password') }`. */
  env(key: string): { readonly secretKeyRef: { readonly name: string; readonly key: string } } {
    this.need([key]);
    return { secretKeyRef: { name: this.objectName, key } };
  }

  /** @internal Says that these keys are needed. @throws UserError for each that the stage has not got */
  need(keys: readonly string[], options: SecretOptions = {}): this {
    if (options.type !== undefined) this.type = options.type;
    for (const key of keys) this.keys.add(key);
    this.assertProvided(keys);
    if (!this.made) this.make();
    this.made = true;
    return this;
  }

  /** @internal What changes when pods that use these keys have to be replaced; nothing where Git does not show it. */
  fingerprint(keys: readonly string[]): string | undefined {
    if (this.source.existing !== undefined) return undefined;
    const wanted = [...keys].sort();
    const { provider } = this;
    const content =
      provider?.provider === 'sealedSecrets'
        ? wanted.map((key) => [key, this.source.sealed?.[key]])
        : provider?.provider === 'externalSecrets'
          ? externalSecretSpec(this.app.environment, provider.externalSecrets!, this.facts, wanted)
          : undefined;
    return content && createHash('sha256').update(JSON.stringify(content)).digest('hex');
  }

  /** @internal */
  get podAnnotations(): Readonly<Record<string, string>> {
    const { provider } = this;
    const reloads = provider?.provider === 'externalSecrets' && provider.externalSecrets?.reloader === true;
    return reloads && this.source.existing === undefined ? { [RELOADER]: this.objectName } : {};
  }

  /** @internal Whether somebody else creates it. */
  get isForeign(): boolean {
    return this.source.existing !== undefined || this.provider?.provider === 'existing';
  }

  private get provider(): SecretProvider | undefined {
    return this.app.environment.values.secrets;
  }

  private get source(): SecretSource {
    return this.app.values.secrets?.[this.name] ?? {};
  }

  private get facts(): SecretFacts {
    return {
      app: this.app.app.name,
      secret: this.name,
      objectName: this.objectName,
      namespace: this.app.app.namespace,
      type: this.type,
      source: this.source,
    };
  }

  private assertProvided(keys: readonly string[]): void {
    const { app, environment } = this.app;
    if (this.source.existing !== undefined || this.provider?.provider === 'existing') return;
    if (!this.provider) {
      throw appProblem(this.app, ['secrets', this.name], {
        code: 'no-secret-provider',
        cause: `${app.name} needs the secret "${this.name}", and the stage "${environment.name}" does not say where secrets come from`,
        remedy: 'Add "secrets:" with a provider to the stage or to environments/base.yaml.',
      });
    }
    if (this.provider.provider !== 'sealedSecrets') return;
    const missing = keys.filter((key) => !Object.hasOwn(this.source.sealed ?? {}, key));
    if (missing.length === 0) return;
    const command = `stageline seal ${environment.name} ${app.name} ${this.name} ${missing.join(' ')}`;
    throw new UserError(
      missing.map((key): Problem => ({
        code: 'not-sealed',
        cause: `the key "${key}" of the secret "${this.name}" of ${app.name} is not sealed for "${environment.name}"`,
        consequence: 'The pods would wait for it for ever.',
        remedy: `Run: ${command}`,
        at: app.locate(['secrets', this.name, 'sealed']),
      })),
    );
  }

  private make(): void {
    const { app, provider } = this;
    if (this.source.existing !== undefined || !provider || provider.provider === 'existing') return;
    const spec = (): object => {
      const keys = [...this.keys].sort();
      if (provider.provider === 'externalSecrets')
        return externalSecretSpec(app.environment, provider.externalSecrets!, this.facts, keys);
      const sealed = this.source.sealed ?? {};
      return sealedSecretSpec(this.facts, Object.fromEntries(keys.map((key) => [key, sealed[key]!])));
    };
    const isExternal = provider.provider === 'externalSecrets';
    new ApiObject(app, `secret-${this.name}`, {
      apiVersion: isExternal ? 'external-secrets.io/v1' : 'bitnami.com/v1alpha1',
      kind: isExternal ? 'ExternalSecret' : 'SealedSecret',
      metadata: { name: this.objectName },
      spec: Lazy.any({ produce: spec }),
    });
  }
}
