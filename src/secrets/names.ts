import { detect, type Detection } from './detect';
import type { ObjectFinding } from './finding';
import { strengthOf, type Strength } from './words';

/** A name that values stand under, and all that follows from it alone. */
export interface Name {
  readonly text: string;
  /** How strongly it says that its values are credentials. */
  readonly strength: Strength | undefined;
  /** Credentials in the name itself: random letters alone make it none. */
  readonly inItself: readonly Detection[];
  /** Texts that were looked at under it. */
  readonly texts: Map<string, Held>;
}

/** What a text holds. */
export interface Held {
  readonly detections: readonly Detection[];
  /** Secrets in manifests within it, each with its field there. */
  readonly secrets: readonly ObjectFinding[];
}

const known = new Map<string, Name>();
let texts = 0;
const MOST_KNOWN = 200_000;
const LONGEST_KNOWN = 1000;

/** A name by its text; empty for what has none. The same few names stand everywhere. */
export function nameOf(text: string): Name {
  const found = known.get(text);
  if (found) return found;
  const inItself = text.length > 12 ? detect(text).filter(({ rule }) => rule !== 'entropy') : [];
  const name = { text, strength: strengthOf(text), inItself, texts: new Map<string, Held>() };
  if (known.size >= MOST_KNOWN) forget();
  if (text.length <= LONGEST_KNOWN) known.set(text, name);
  return name;
}

/** Keeps what a text under a name holds. */
export function remember(name: Name, text: string, held: Held): void {
  if (text.length > LONGEST_KNOWN) return;
  if (texts >= MOST_KNOWN) forget();
  texts += 1;
  name.texts.set(text, held);
}

function forget(): void {
  for (const { texts: held } of known.values()) held.clear();
  known.clear();
  texts = 0;
}
