import { parentPort, workerData } from 'node:worker_threads';
import { markChecked } from '../../model/environment';
import type { Answer, Task } from './crew';
import type { StageInput } from './input';
import { renderUnit } from './unit';

const stages = workerData as readonly StageInput[];

parentPort?.on('message', (task: Task) => {
  const answer: Answer = task.map(({ stage, ...rest }) => {
    if (rest.app) markChecked(rest.app.values);
    const unit = renderUnit({ ...rest, stage: stages[stage]! });
    if (!unit) return null;
    const { text, ...proven } = unit.proven;
    return { unit: JSON.stringify({ ...unit, proven }), text };
  });
  parentPort!.postMessage(answer);
});
