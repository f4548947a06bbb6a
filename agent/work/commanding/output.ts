/** Sends a command's output while it runs: full pieces at once, what is less soon, later and later. */
import type { CommandResultBody } from '../../../protocol/messages/command-result.ts';
import { OutputPieces } from '../../core/commands/output.ts';
import type { Cancel, Clock } from '../../ports.ts';

const FLUSH_MS = 2_000;
/** One that trickles for hours must not send for each line: 5 s after 2 minutes, 4 minutes after 2 hours. */
const LATER = 1.03;
/** With the full pieces, what a collector keeps of one command; reached after 7 hours of trickling. */
const MOST_FLUSHES = 200;

export class CommandOutput {
  readonly #clock: Clock;
  readonly #send: (body: CommandResultBody) => void;
  readonly #pieces = new OutputPieces();
  /** 0 was that it is accepted. */
  #part = 1;
  #flushes = 0;
  #timer: Cancel | undefined;

  constructor(clock: Clock, send: (body: CommandResultBody) => void) {
    this.#clock = clock;
    this.#send = send;
  }

  get isCut(): boolean {
    return this.#pieces.isCut;
  }

  print(text: string): void {
    for (const piece of this.#pieces.add(text)) this.#give(piece);
    if (this.#timer !== undefined || this.#flushes >= MOST_FLUSHES) return;
    this.#timer = this.#clock.after(FLUSH_MS * LATER ** this.#flushes, () => {
      this.#timer = undefined;
      this.#flushes++;
      this.#flush();
    });
  }

  /** Sends the rest; the answer is the part that ends the command. */
  end(): number {
    this.#timer?.();
    this.#flush();
    return this.#part;
  }

  #flush(): void {
    for (let rest = this.#pieces.rest(); rest !== undefined; rest = this.#pieces.rest()) {
      this.#give(rest);
    }
  }

  #give(output: string): void {
    const part = this.#part++;
    this.#send({ state: 'running', part, text: '', output, attributes: new Map() });
  }
}
