import type { Mutant } from './mutant';

const NOTIFICATIONS = 'notifications say what became of a sync, and its record shows in the history';

/** Ways to break what is told. */
export const NOTIFICATION_MUTANTS: readonly Mutant[] = [
  {
    name: 'a trigger of the record that sends no template there is',
    edits: [
      {
        file: 'src/delivery/deployment-record.ts',
        from: 'send: [template],',
        to: "send: ['stageline-record'],",
      },
    ],
    scenario: NOTIFICATIONS,
    why: /a message at \/records/,
  },
  {
    name: 'a stage that waits is told of at every commit',
    edits: [
      {
        file: 'src/delivery/notifications.ts',
        from: 'when: "app.status.sync.status == \'OutOfSync\'",',
        to: "when: \"app.status.sync.status == 'OutOfSync'\", oncePer: 'app.status.sync.revision',",
      },
    ],
    scenario: NOTIFICATIONS,
    why: /prod was reported for each commit/,
  },
  {
    name: 'a message put into JSON as it is',
    edits: [
      {
        file: 'src/delivery/notifications.ts',
        from: 'const body = `{{dict ${fields.map(([name, value]) => `"${name}" ${value}`).join(\' \')} | toJson}}`;',
        to: 'const body = `{${fields.map(([name, value]) => `"${name}": "{{${value}}}"`).join(\', \')}}`;',
      },
    ],
    scenario: NOTIFICATIONS,
    why: /JSON/,
  },
];
