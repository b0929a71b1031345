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
  let lastTenth = -1;

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
        if (tenth !== lastTenth) process.stdout.write(` ${tenth * 10} %`);
        lastTenth = tenth;
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
