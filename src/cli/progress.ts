import type { Context } from './context';

/** Work that takes less than this, in milliseconds, is over before anybody has read the line. */
const SOON = 1000;

/** How far a piece of work is: one line of a terminal, rewritten in place. Elsewhere nothing is printed. */
export class Progress {
  private readonly begun: number;
  private isShown = false;

  constructor(private readonly context: Pick<Context, 'terminal' | 'now'>) {
    this.begun = context.now().getTime();
  }

  readonly show = (done: number, total: number): void => {
    const { terminal, now } = this.context;
    if (!terminal || now().getTime() - this.begun < SOON) return;
    terminal(`\r\u001b[Krendered ${done} of ${total}`);
    this.isShown = true;
  };

  /** Takes the line away again, before anything else is printed. */
  readonly end = (): void => {
    if (this.isShown) this.context.terminal?.('\r\u001b[K');
    this.isShown = false;
  };
}
