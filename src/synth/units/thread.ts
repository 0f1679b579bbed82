import { parentPort, workerData } from 'node:worker_threads';
import { markChecked } from '../../model/environment';
import type { Answer, Task } from './crew';
import { renderUnit, type StageInput } from './unit';

const stages = workerData as readonly StageInput[];

parentPort?.on('message', (task: Task) => {
  const answer: Answer = task.map(({ stage, ...rest }) => {
    markChecked(rest.app.values);
    const unit = renderUnit({ ...rest, stage: stages[stage]! });
    if (!unit) return null;
    const { proven, ...app } = unit;
    return { app: JSON.stringify(app), proven };
  });
  parentPort!.postMessage(answer);
});
