import type { App } from '../../model/environment';
import type { AppRule, StageRule } from './rule';

/** What an app's objects are called, in one namespace. */
const placeOf = ({ namespace, objectName }: App): string => `${namespace}/${objectName}`;

export const objectNamesDiffer: StageRule = {
  name: 'object-names-differ',
  concerns: 'renamed',
  check: ({ apps }) =>
    apps
      .filter((app) => app.values.renamedFrom !== undefined)
      .flatMap((app) => {
        const other = apps.find(
          (candidate) =>
            candidate !== app &&
            placeOf(candidate) === placeOf(app) &&
            // Of two that claim one name the later is reported.
            (candidate.values.renamedFrom === undefined || candidate.name < app.name),
        );
        if (!other) return [];
        const claimed = other.values.renamedFrom !== undefined;
        return [
          {
            code: 'name-taken',
            cause: claimed
              ? `the apps ${other.name} and ${app.name} both say renamedFrom: ${app.objectName}`
              : `renamedFrom names "${app.objectName}", and there still is an app of that name`,
            consequence: 'The objects of both would have the same names.',
            remedy: claimed ? 'Only one app can go on under the old name.' : 'Remove the one or the other.',
            at: app.locate(['renamedFrom']),
          },
        ];
      }),
};

export const renamesAreReal: AppRule = {
  name: 'renames-are-real',
  check: (app) =>
    app.values.renamedFrom === app.name
      ? [
          {
            code: 'renamed-from-itself',
            cause: `renamedFrom names the app itself`,
            remedy: 'Delete the line.',
            at: app.locate(['renamedFrom']),
          },
        ]
      : [],
};
