import { parentPort } from 'node:worker_threads';
import { markChecked } from '../../model/environment';
import type { Answer, Message, Task } from './crew';
import type { StageInput } from './input';
import { renderUnit } from './unit';

let stages: readonly StageInput[] = [];

parentPort?.on('message', (message: Message) => {
  if (typeof message === 'string') parentPort!.postMessage(answer(JSON.parse(message) as Task));
  else stages = message;
});

const answer = (task: Task): Answer =>
  task.map(({ stage, ...rest }) => {
    if (rest.app) markChecked(rest.app.values);
    return renderUnit({ ...rest, stage: stages[stage]! });
  });
