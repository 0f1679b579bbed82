import { emitFile } from '../manifests/emit';
import { sha256, type PublishFile } from '../manifests/publish';
import type { Proven, RenderedFile } from '../model/rendered';

/** The text of every file, by its path below the stage's folder. */
export function emit(files: readonly RenderedFile[], stage: string): readonly PublishFile[] {
  return files.map((file) => {
    const path = file.path.slice(stage.length + 1);
    if (file.proven) return new KnownText(path, file.proven);
    const text = emitFile(file);
    return { path, hash: sha256(text), text };
  });
}

/** Read only where dist/ differs from its hash. */
class KnownText implements PublishFile {
  readonly hash: string;

  constructor(
    readonly path: string,
    private readonly proven: Proven,
  ) {
    this.hash = proven.hash;
  }

  get text(): string {
    return this.proven.text;
  }
}
