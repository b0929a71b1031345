import { SingleBar } from 'cli-progress';

/** Tells a person what is awaited, and how long it took. */
export interface Progress {
  /** A step begins; the one before it has ended. */
  readonly step: (words: string) => void;
  /** Where a long step stands, as a bar. */
  readonly bar: (done: number, total: number, words: string) => void;
  /** The last step has ended. */
  readonly end: () => void;
}

/** Writes steps to standard output, one line each, and a bar where it is a terminal. */
export function makeProgress(): Progress {
  const terminal = process.stdout.isTTY;
  let started: number | undefined;
  let bar: SingleBar | undefined;
  let last: { readonly done: number; readonly total: number; readonly tenth: number } | undefined;

  const end = (): void => {
    bar?.stop();
    bar = undefined;
    if (started !== undefined)
      process.stdout.write(` ${((performance.now() - started) / 1_000).toFixed(1)} s\n`);
    started = undefined;
  };
  return {
    end,
    step(words) {
      end();
      started = performance.now();
      process.stdout.write(`  ${words} …`);
    },
    bar(done, total, words) {
      if (!terminal) {
        const tenth = Math.floor((done / Math.max(total, 1)) * 10);
        // It begins anew with the data of the next domain.
        const isAnother = last !== undefined && (total !== last.total || done < last.done);
        if (isAnother) process.stdout.write(`, ${words}`);
        if (isAnother || tenth !== last?.tenth) process.stdout.write(` ${tenth * 10} %`);
        last = { done, total, tenth };
        return;
      }
      if (!bar) {
        process.stdout.write('\n');
        bar = new SingleBar({
          format: '  {bar} {percentage} % {words}',
          hideCursor: true,
          clearOnComplete: true,
        });
        bar.start(total, done, { words });
      }
      // The data of each domain has a total of its own.
      bar.setTotal(total);
      bar.update(done, { words });
    },
  };
}
