/** Pieces of argocd-notifications-cm: a service, a template and a trigger need one another. */
export interface NotificationParts {
  readonly services: Readonly<Record<string, object>>;
  readonly templates: Readonly<Record<string, object>>;
  readonly triggers: Readonly<Record<string, readonly object[]>>;
  /** Keys of argocd-notifications-secret that the services refer to. */
  readonly secrets: readonly string[];
}

/** A webhook that is called with JSON, and with a token where it wants one. */
export function webhookService(name: string, { token, url }: { token: boolean; url: string }): object {
  const headers = [
    { name: 'Content-Type', value: 'application/json' },
    ...(token ? [{ name: 'Authorization', value: `Bearer $${name}-token` }] : []),
  ];
  return { url, headers };
}
