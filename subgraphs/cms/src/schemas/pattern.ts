import { RE2JS } from 're2js';

/** The most instructions that a pattern may become. */
const maxProgram = 500;
/**
 * The most steps that the patterns of one value may take, a step being an instruction looked at for a character.
 * Measured at 10 to 30 ns each: half a second at worst.
 */
const maxSteps = 20_000_000;

/** A pattern that is not taken; the message says what would be. */
export class PatternError extends Error {}

/** The patterns of one value have taken all the time that there is. */
export class OutOfSteps extends Error {}

/** The time that the patterns of one schema have for one value. */
export class StepBudget {
  #left = 0;

  /** Begins with another value. */
  begin(): void {
    this.#left = maxSteps;
  }

  /** @throws OutOfSteps when there is no time left */
  spend(steps: number): void {
    this.#left -= steps;
    if (this.#left < 0) throw new OutOfSteps();
  }
}

/**
 * A pattern that takes a time in proportion to the text, whatever the text: RE2's, which goes back over no character.
 * It stands where a validator has a `RegExp`.
 */
export class LinearPattern {
  readonly #pattern: RE2JS;
  readonly #size: number;
  readonly #budget: StepBudget;

  /** @throws PatternError for a pattern that RE2 does not know, or that becomes too big */
  constructor(source: string, budget: StepBudget) {
    try {
      this.#pattern = RE2JS.compile(source);
    } catch {
      throw new PatternError(`a pattern of RE2, without look-around and back-references; ${source} is none`);
    }
    this.#size = this.#pattern.programSize();
    this.#budget = budget;
    if (this.#size > maxProgram)
      throw new PatternError(
        `a pattern of at most ${maxProgram} instructions of RE2; ${source} has ${this.#size}`,
      );
  }

  test(text: string): boolean {
    this.#budget.spend((text.length + 1) * this.#size);
    return this.#pattern.test(text);
  }

  /** Tells patterns apart: a validator keeps them by it. */
  toString(): string {
    return this.#pattern.pattern();
  }
}
