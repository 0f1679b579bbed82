type Fields = Readonly<Record<string | number, unknown>>;

/** Where a walk through a value is. It is put into words for a finding only: most of what it comes by is none. */
export class Place {
  /** The keys and indices that lead there. */
  readonly keys: (string | number)[] = [];

  constructor(private readonly root: unknown) {}

  /** `spec.template.spec.containers[0].env[DB_PASSWORD].value`: what stands in a list goes by its name, if it has one. */
  field(): string {
    const path: string[] = [];
    let value = this.root;
    for (const key of this.keys) {
      value = (value as Fields)[key];
      if (typeof key === 'string') {
        path.push(key);
      } else {
        const name = (value as Fields | null | undefined)?.['name'];
        const called = typeof name === 'string' ? name : key;
        path.push(`${path.pop() ?? ''}[${called}]`);
      }
    }
    return path.map(formatKey).join('');
  }
}

const formatKey = (key: string, index: number): string =>
  /^[\w-]+(\[[^\]]*\])*$/.test(key) ? `${index === 0 ? '' : '.'}${key}` : `["${key}"]`;
