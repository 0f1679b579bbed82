import { parentPort } from 'node:worker_threads';
import { markChecked } from '../../model/environment';
import type { Answer, Task } from './hire';
import type { StageInput } from './input';
import { renderUnit } from './unit';

const stages: StageInput[] = [];

parentPort?.on('message', (json: string) => {
  const task = JSON.parse(json) as Task;
  stages.push(...task.stages);
  const answer: Answer = task.units.map(({ stage, ...rest }) => {
    if (rest.app) markChecked(rest.app.values);
    return renderUnit({ ...rest, stage: stages[stage]! }, true);
  });
  parentPort!.postMessage(answer);
});
