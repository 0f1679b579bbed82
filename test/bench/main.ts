/** The sample as a plain cdk8s project would run it: `app: npx ts-node main.ts`. Measured by start.ts. */
import { main } from '../../src/cli/main';

void main(Object.assign(process, { argv: [process.argv[0]!, process.argv[1]!, 'synth'] }));
