import type { Location } from '../model/errors';

export interface SarifResult {
  readonly rule: string;
  readonly message: string;
  readonly at: Location;
}

/** Findings as CI systems show them beside the line. https://docs.oasis-open.org/sarif/sarif/v2.1.0/ */
export function toSarif(results: readonly SarifResult[], version: string): object {
  const rules = [...new Set(results.map(({ rule }) => rule))].sort();
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'stageline', version, rules: rules.map((id) => ({ id })) } },
        results: results.map(({ at, message, rule }) => ({
          ruleId: rule,
          ruleIndex: rules.indexOf(rule),
          level: 'error',
          message: { text: message },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: at.file.split('/').map(encodeURIComponent).join('/') },
                ...(at.line === undefined
                  ? {}
                  : { region: { startLine: at.line, startColumn: at.column ?? 1 } }),
              },
            },
          ],
        })),
      },
    ],
  };
}
