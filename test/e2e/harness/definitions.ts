import { parseAllDocuments } from 'yaml';
import type { Live } from './api';
import type { Cluster } from './cluster';
import { until } from './wait';

/** Applies CustomResourceDefinitions, and waits until the API server serves them. */
export async function applyCrd(
  { api, kubectl }: Pick<Cluster, 'api' | 'kubectl'>,
  text: string,
): Promise<void> {
  await kubectl(['apply', '--server-side', '-f', '-'], text);
  for (const document of parseAllDocuments(text)) {
    const crd = document.toJS() as Live | null;
    if (!crd) continue;
    await until(`the definition ${crd.metadata.name}`, async () => {
      const { status } = await api.get(
        'apiextensions.k8s.io/v1',
        'CustomResourceDefinition',
        crd.metadata.name,
      );
      const { conditions = [] } = (status ?? {}) as { conditions?: { type: string; status: string }[] };
      return conditions.some(({ status: is, type }) => type === 'Established' && is === 'True');
    });
  }
}
