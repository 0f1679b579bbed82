import { outlineOf } from '../../manifests/checks';
import { readManifests } from '../../manifests/read';
import type { KubeObject } from '../../model/kube';
import type { Proven } from '../../model/rendered';
import type { Facts, Rendered } from './input';

/** A file of a stage as it is deployed, right by itself. Its text is read when somebody asks: few do. */
export class Unit implements Proven {
  private read?: readonly KubeObject[];
  private outlined?: readonly KubeObject[];

  /** @param known its outlines, where they are at hand: else they are made of the objects */
  constructor(
    private readonly facts: Facts,
    private readonly textNow: () => string,
    private readonly known?: Rendered['outlines'],
  ) {}

  get hash(): string {
    return this.facts.hash;
  }

  get size(): number {
    return this.facts.size;
  }

  get kinds(): Facts['kinds'] {
    return this.facts.kinds;
  }

  get groups(): Facts['groups'] {
    return this.facts.groups;
  }

  get outlineHash(): string {
    return this.facts.outlineHash;
  }

  get inputs(): Facts['inputs'] {
    return this.facts.inputs;
  }

  get hardening(): Facts['hardening'] {
    return this.facts.hardening;
  }

  get foreign(): Facts['foreign'] {
    return this.facts.foreign;
  }

  get suspect(): Facts['suspect'] {
    return this.facts.suspect;
  }

  get text(): string {
    return this.textNow();
  }

  get objects(): readonly KubeObject[] {
    return (this.read ??= readManifests(this.text, ''));
  }

  get outlines(): readonly KubeObject[] {
    return (this.outlined ??=
      typeof this.known === 'string'
        ? (JSON.parse(this.known) as readonly KubeObject[])
        : (this.known ?? this.objects.map(outlineOf)));
  }
}
