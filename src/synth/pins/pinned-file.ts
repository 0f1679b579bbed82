import { byText, sha256, type DistReader, type StageLock } from '../../manifests/publish';
import { readManifests } from '../../manifests/read';
import { UserError, type Location } from '../../model/errors';
import type { KubeObject } from '../../model/kube';
import type { Proven, RenderedFile } from '../../model/rendered';

/** A file of a pinned stage, by its path below the stage. What lies in dist/ is read when somebody asks. */
export interface PinnedText {
  readonly path: string;
  /** SHA-256 of the text. */
  readonly hash: string;
  readonly text: string;
}

/** Texts that are at hand. */
export const given = (texts: ReadonlyMap<string, string>): readonly PinnedText[] =>
  [...texts].map(([path, text]) => ({ path, text, hash: sha256(text) }));

/** The files of a stage that are as its lock says. */
export function inDist({ files }: StageLock, stage: string, reader: DistReader): readonly PinnedText[] {
  const paths = Object.keys(files).sort(byText);
  return paths.map((path) => new TextInDist(path, files[path]!, stage, reader));
}

class TextInDist implements PinnedText {
  constructor(
    readonly path: string,
    readonly hash: string,
    private readonly stage: string,
    private readonly reader: DistReader,
  ) {}

  get text(): string {
    const content = this.reader.holding(`${this.stage}/${this.path}`, this.hash);
    if (content) return content.toString();
    const file = `dist/${this.stage}/${this.path}`;
    throw new UserError({
      code: 'dist-changed',
      cause: `"${file}" was changed while it was read`,
      consequence: 'Nothing was written.',
      remedy: 'Run it again when nobody else writes there.',
      at: { file },
    });
  }
}

/** Such a file among those of its stage. */
export class PinnedFile implements RenderedFile {
  readonly path: string;
  private read?: readonly KubeObject[];

  /** @param proven what was found when it was looked at alone, where it is right */
  constructor(
    private readonly stage: string,
    readonly at: Location,
    readonly content: PinnedText,
    readonly proven?: Proven,
  ) {
    this.path = `${stage}/${content.path}`;
  }

  /** The same, once it was looked at. */
  with(proven: Proven | undefined): PinnedFile {
    return proven ? new PinnedFile(this.stage, this.at, this.content, proven) : this;
  }

  get source(): string {
    const [first = ''] = this.content.text.split('\n', 1);
    return first;
  }

  get objects(): readonly KubeObject[] {
    return (this.read ??= readManifests(this.content.text, `dist/${this.path}`));
  }
}
