import { parse } from 'yaml';
import { BESIDE_CLASSES, CLASSES, READ_BY_CLASS, SAID_TO_CLASS } from './classes';
import { copyOf, read, type Model, type Tree } from './model';
import {
  APPS,
  CREDENTIALS,
  MANIFESTS,
  OF_APP,
  OF_REPOSITORY,
  OF_STAGE,
  OF_STAGE_FILE,
  type Settings,
} from './settings';

/** A number from 0 to 1. */
export type Random = () => number;
/** Changes a model, and says how. */
type Edit = (model: Model, random: Random) => string;

export const pick = <T>(values: readonly T[], random: Random): T =>
  values[Math.floor(random() * values.length)]!;

const stageOf = ({ stages }: Model, random: Random): string => pick(Object.keys(stages), random);
/** base.yaml, or the file of a stage. */
const fileOf = (model: Model, random: Random): [string, Tree] => {
  const name = random() < 0.4 ? 'base' : stageOf(model, random);
  return [name, model.stages[name] ?? model.base];
};
const mapAt = (tree: Tree, key: string): Tree => {
  const there = tree[key];
  if (typeof there === 'object' && there !== null && !Array.isArray(there)) return there as Tree;
  return (tree[key] = {}) as Tree;
};
const appsOf = (tree: Tree): string[] => Object.keys(mapAt(tree, 'apps'));

/** Gives one of the settings one of its values; in base.yaml what is null goes away. */
function setOne(tree: Tree, settings: Settings, random: Random, isBase: boolean): string {
  const path = pick(Object.keys(settings), random);
  const text = pick(settings[path]!, random);
  const steps = path.split('.');
  const last = steps.pop()!;
  const map = steps.reduce(mapAt, tree);
  const value: unknown = parse(text);
  if (value === null && isBase && random() < 0.9) Reflect.deleteProperty(map, last);
  else Object.defineProperty(map, last, { value, configurable: true, enumerable: true, writable: true });
  return `${path}: ${text.slice(0, 60)}`;
}

const setInApp: Edit = (model, random) => {
  const [name, tree] = fileOf(model, random);
  const app = pick([...new Set([...appsOf(model.base), ...appsOf(tree)])], random);
  return `${name} apps.${app}.${setOne(mapAt(mapAt(tree, 'apps'), app), OF_APP, random, name === 'base')}`;
};

const setInStage: Edit = (model, random) => {
  const [name, tree] = fileOf(model, random);
  return `${name} ${setOne(tree, OF_STAGE, random, name === 'base')}`;
};

const setInStageFile: Edit = (model, random) => {
  const name = stageOf(model, random);
  return `${name} ${setOne(model.stages[name]!, OF_STAGE_FILE, random, random() < 0.9)}`;
};

const setInRepository: Edit = (model, random) => `base ${setOne(model.base, OF_REPOSITORY, random, true)}`;

const addApp: Edit = (model, random) => {
  const [name, tree] = fileOf(model, random);
  const app = pick(['web2', 'vendor', 'aaa', 'own', 'Bad_Name'], random);
  const text = pick(APPS, random);
  mapAt(tree, 'apps')[app] = parse(text);
  if (text.includes('path: vendor')) model.others['vendor/sub/a.yaml'] ??= MANIFESTS[0]!;
  return `${name} gets app ${app} ${text.slice(0, 40)}`;
};

const removeApp: Edit = (model, random) => {
  const [name, tree] = fileOf(model, random);
  const app = pick(appsOf(model.base), random);
  if (name === 'base' || random() < 0.2) delete mapAt(tree, 'apps')[app];
  else mapAt(tree, 'apps')[app] = null;
  if (name === 'base' && random() < 0.7)
    for (const stage of Object.values(model.stages)) delete mapAt(stage, 'apps')[app];
  return `${name} loses app ${app}`;
};

const renameApp: Edit = (model, random) => {
  const app = pick(appsOf(model.base), random);
  const keepsName = random() < 0.5;
  for (const tree of [model.base, ...Object.values(model.stages)]) {
    const apps = mapAt(tree, 'apps');
    if (!(app in apps)) continue;
    apps[`${app}x`] = apps[app];
    delete apps[app];
  }
  const renamed = mapAt(mapAt(model.base, 'apps'), `${app}x`);
  if (keepsName) renamed['renamedFrom'] ??= app;
  if (random() < 0.7) {
    for (const tree of [model.base, ...Object.values(model.stages)])
      for (const each of Object.values(mapAt(tree, 'apps'))) renameIn(each, app);
  }
  return `app ${app} is called ${app}x${keepsName ? ', and keeps its name' : ''}`;
};

function renameIn(app: unknown, name: string): void {
  const network = (app as Tree | null)?.['network'] as Tree | undefined;
  const to = network?.['to'];
  if (Array.isArray(to)) network!['to'] = to.map((each) => (each === name ? `${name}x` : (each as unknown)));
}

const moveStage: Edit = (model, random) => {
  const name = stageOf(model, random);
  if (random() < 0.6 || Object.keys(model.stages).length < 2) {
    const added = pick(['qa', 'eu', 'Bad_Stage'], random);
    model.stages[added] = { ...structuredClone(model.stages[name]!), promotesFrom: name };
    return `stage ${added} is as ${name}`;
  }
  delete model.stages[name];
  if (random() < 0.8)
    for (const stage of Object.values(model.stages))
      if (stage['promotesFrom'] === name) delete stage['promotesFrom'];
  return `stage ${name} is gone`;
};

/** The same keys, in another order. */
const reorder: Edit = (model, random) => {
  const [name, tree] = fileOf(model, random);
  const map = random() < 0.5 ? tree : mapAt(tree, 'apps');
  for (const [key, value] of Object.entries(map).sort(() => random() - 0.5)) {
    delete map[key];
    map[key] = value;
  }
  return `${name} in another order`;
};

const TEXTS: Readonly<Record<string, (text: string) => string>> = {
  'CRLF line endings': (text) => text.replaceAll('\n', '\r\n'),
  'a comment': (text) => `# said before\n${text}# and after\n`,
  'no end': (text) => text.slice(0, -3),
  'a byte order mark': (text) => `\ufeff${text}`,
  'an open bracket': (text) => `${text}x: [\n`,
  'a key twice': (text) => `${text}apps: {}\n`,
  'a schema line': (text) => `# yaml-language-server: $schema=schema/stage.schema.json\n${text}`,
  'a wrong schema line': (text) => `# yaml-language-server: $schema=schema/gone.json\n${text}`,
  'an allowance without a reason': (text) => `${text}# allowSecret:\n`,
  'an allowance of nothing': (text) => `# allowSecret: there was one\n${text}`,
  'a document more': (text) => `${text}---\n{}\n`,
  'allowances of all credentials': (text) =>
    text.replace(/^(.*PASSWORD.*)$/gm, '$1 # allowSecret: a planted one'),
};
const writeOtherwise: Edit = (model, random) => {
  const [name] = fileOf(model, random);
  const path = `environments/${name}.yaml`;
  if (model.texts[path] && random() < 0.6) {
    delete model.texts[path];
    return `${path} as it is`;
  }
  const how = pick(Object.keys(TEXTS), random);
  model.texts[path] = TEXTS[how]!;
  return `${path} with ${how}`;
};

/** A credential in some place, most of which nothing is rendered from. */
const plantCredential: Edit = (model, random) => {
  const secret = pick(CREDENTIALS, random);
  const stage = stageOf(model, random);
  const app = pick(appsOf(model.base), random);
  const places: readonly (() => void)[] = [
    () => (mapAt(mapAt(mapAt(model.base, 'apps'), app), 'env')['DB_PASSWORD'] = secret),
    () => (model.stages[stage]!['hold'] = `password=${secret}`),
    () => (model.stages[stage]!['namespaceLabels'] = { password: secret }),
    () => (mapAt(model.base, 'repository')['url'] = `https://me:${secret}@github.com/acme/shop.git`),
    () => {
      mapAt(mapAt(mapAt(model.base, 'apps'), app), 'env')['DB_PASSWORD'] = secret;
      for (const each of Object.values(model.stages))
        mapAt(mapAt(mapAt(each, 'apps'), app), 'env')['DB_PASSWORD'] = null;
    },
    () =>
      (mapAt(mapAt(mapAt(model.base, 'apps'), app), 'unhardened')['readOnlyRootFilesystem'] =
        `password=${secret}`),
    () => (model.texts['environments/base.yaml'] = (text) => `${text}# the password is ${secret}\n`),
    () => {
      mapAt(mapAt(mapAt(model.stages[stage]!, 'apps'), app), 'env')['DB_PASSWORD'] = secret;
      model.texts[`environments/${stage}.yaml`] = TEXTS['allowances of all credentials']!;
    },
    () => {
      mapAt(mapAt(mapAt(model.base, 'apps'), app), 'env')['DB_PASSWORD'] = secret;
      model.texts['environments/base.yaml'] = TEXTS['allowances of all credentials']!;
    },
  ];
  const place = Math.floor(random() * places.length);
  places[place]!();
  return `a credential in place ${place} of ${app}, ${stage}`;
};

/** A credential that is allowed where it stands; some of the comments go again, or lose what they are for. */
const allowCredential: Edit = (model, random) => {
  const [name, tree] = fileOf(model, random);
  const path = `environments/${name}.yaml`;
  const app = pick([...new Set([...appsOf(model.base), ...appsOf(tree)])], random);
  const how = 'allowances of all credentials';
  if (model.texts[path] === TEXTS[how] && random() < 0.3) delete model.texts[path];
  else model.texts[path] = TEXTS[how]!;
  const value = random() < 0.2 ? undefined : pick(CREDENTIALS, random);
  const env = mapAt(mapAt(mapAt(tree, 'apps'), app), 'env');
  if (value === undefined) delete env['DB_PASSWORD'];
  else env['DB_PASSWORD'] = value;
  return `${name} apps.${app} with${value === undefined ? 'out' : ''} a credential, ${model.texts[path] ? how : 'and none is allowed'}`;
};

/** A class of an app comes, goes, or moves to a file of another ending. */
const toggleClass: Edit = ({ others }, random) => {
  const path = pick(Object.keys(CLASSES), random);
  const same = Object.keys(CLASSES).find(
    (other) => other !== path && other.slice(0, -3) === path.slice(0, -3),
  );
  if (same !== undefined) delete others[same];
  if (path in others) delete others[path];
  else Object.assign(others, BESIDE_CLASSES, { [path]: CLASSES[path]! });
  return `${path} ${path in others ? 'comes' : 'goes'}`;
};

const OWNED = '.github/CODEOWNERS';
const OWNERS = ['* @me\n', '/x @you\n', ''];
const OTHERS: Readonly<Record<string, readonly string[]>> = {
  [READ_BY_CLASS]: SAID_TO_CLASS,
  [OWNED]: OWNERS,
  CODEOWNERS: OWNERS,
};
const setOthers: Edit = (model, random) => {
  const vendored = ['vendor/a.yaml', 'vendor/sub/a.yaml', 'vendor/sub/b.yaml'];
  const path = pick([...vendored, READ_BY_CLASS, READ_BY_CLASS, OWNED, 'CODEOWNERS'], random);
  if (path in model.others && random() < 0.3) delete model.others[path];
  else model.others[path] = pick(OTHERS[path] ?? MANIFESTS, random);
  return `${path} ${path in model.others ? 'is another' : 'is gone'}`;
};

const EDITS: readonly (readonly [weight: number, edit: Edit])[] = [
  [30, setInApp],
  [10, setInStage],
  [7, setInStageFile],
  [7, setInRepository],
  [5, addApp],
  [4, removeApp],
  [3, renameApp],
  [3, moveStage],
  [3, reorder],
  [5, writeOtherwise],
  [3, plantCredential],
  [6, allowCredential],
  [8, setOthers],
  [4, toggleClass],
];

/** The model after one edit, or a few; and what they were. */
export function edited(model: Model, random: Random): { readonly model: Model; readonly what: string } {
  const next = copyOf(model);
  const what: string[] = [];
  const bag = EDITS.flatMap(([weight, edit]) => Array.from({ length: weight }, () => edit));
  do what.push(pick(bag, random)(next, random));
  while (random() < 0.2);
  return { model: next, what: what.join('; ') };
}

/** The line that allows what was refused, in the file that its message names. */
export function acknowledged(model: Model, remedies: readonly (string | undefined)[]): Model {
  const next = copyOf(model);
  for (const remedy of remedies) {
    const [, file, text] = /acknowledge it in environments\/(\S+)\.yaml:\n([^]*)$/.exec(remedy ?? '') ?? [];
    if (file === undefined) continue;
    const tree = next.stages[file] ?? next.base;
    const lines = (read(text!)['allowDestructive'] as string[]) ?? [];
    tree['allowDestructive'] = [...((tree['allowDestructive'] as string[] | undefined) ?? []), ...lines];
  }
  return next;
}
