import { z } from 'zod';

/** The Git hosts whose CODEOWNERS and protection of branches are generated. */
export const gitHost = z.enum(['github', 'gitlab']);
export type GitHost = z.output<typeof gitHost>;

/** What an address says of where a repository lies: `acme/shop` on `github.com`. */
interface Address {
  readonly hostname: string;
  readonly path: string;
}

function addressOf(url: string): Address | undefined {
  const scp = /^[^@/\s]+@([^:/\s]+):(.+)$/.exec(url);
  if (scp) return { hostname: scp[1]!.toLowerCase(), path: scp[2]!.replace(/^\/+/, '') };
  if (!URL.canParse(url)) return undefined;
  const { hostname, pathname } = new URL(url);
  return { hostname: hostname.toLowerCase(), path: pathname.replace(/^\/+/, '') };
}

/** What the repository says its host is; else what the host's name says (`github.com`, `gitlab.example.com`). */
export function gitHostOf(repository: {
  readonly url: string;
  readonly host?: GitHost;
}): GitHost | undefined {
  if (repository.host !== undefined) return repository.host;
  const labels = addressOf(repository.url)?.hostname.split('.') ?? [];
  return gitHost.options.find((host) => labels.includes(host));
}

/** The organisation, group or user that the repository belongs to. */
export function ownerOf(url: string): string | undefined {
  const [owner, ...rest] = addressOf(url)?.path.split('/') ?? [];
  return rest.length > 0 ? owner : undefined;
}
