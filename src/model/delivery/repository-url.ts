import type { Location, Problem } from '../errors';

const SCP = /^[A-Za-z0-9._-]+@[A-Za-z0-9.-]+:[^\s:]+$/;

/** What is wrong with the address of the repository; a secret in it is never quoted. */
export function repositoryUrlProblems(url: string, at: Location): Problem[] {
  if (/[*?[\]{}!\\]/.test(url) || /\s/.test(url)) {
    return [
      {
        code: 'repository-url',
        cause: 'repository.url has a character that Argo CD would read as a pattern, or a space',
        consequence: 'The AppProjects would let in other repositories, or none.',
        remedy: 'Write the exact address, as git clone takes it.',
        at,
      },
    ];
  }
  if (SCP.test(url)) return [];
  const parsed = parse(url);
  if (parsed === undefined || !/^(https|ssh|file):$/.test(parsed.protocol)) {
    const http = parsed?.protocol === 'http:' && /^(127\.0\.0\.1|localhost|\[::1\])$/.test(parsed.hostname);
    return http
      ? []
      : [
          {
            code: 'repository-url',
            cause: 'repository.url is no address by https, ssh or file',
            consequence: 'Argo CD could not read the repository, or would read it unprotected.',
            remedy: 'Write https://host/path, ssh://git@host/path or git@host:path.',
            at,
          },
        ];
  }
  // In ssh:// the user is part of the address; a password never is.
  if (parsed.password === '' && (parsed.username === '' || parsed.protocol === 'ssh:')) return [];
  return [
    {
      code: 'repository-url-credentials',
      cause: 'repository.url has credentials in it',
      consequence: 'They would be in Git, in every AppProject and in every Application.',
      remedy: 'Revoke them, remove them from the address, and give them to the stack as a Pulumi secret.',
      at,
    },
  ];
}

function parse(url: string): URL | undefined {
  try {
    return new URL(url);
  } catch {
    return undefined;
  }
}
