import { parentPort, workerData } from 'node:worker_threads';
import { markChecked } from '../../model/environment';
import type { Answer, Task } from './crew';
import type { StageInput } from './input';
import { renderUnit } from './unit';

const stages = workerData as readonly StageInput[];

parentPort?.on('message', (json: string) => {
  const task = JSON.parse(json) as Task;
  const answer: Answer = task.map(({ stage, ...rest }) => {
    if (rest.app) markChecked(rest.app.values);
    return renderUnit({ ...rest, stage: stages[stage]! });
  });
  parentPort!.postMessage(answer);
});
