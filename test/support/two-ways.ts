import { isDeepStrictEqual } from 'node:util';

/** How often two ways are asked before what differs is a difference. */
const attempts = 3;

/**
 * Asks the same in two ways, one after the other, and again where their answers differ: another suite may have written
 * in between. What is different by itself is so every time.
 * @returns the answers of both
 */
export async function askTwoWays<Answer>(
  one: () => Promise<Answer>,
  other: () => Promise<Answer>,
): Promise<[Answer, Answer]> {
  for (let attempt = 1; ; attempt += 1) {
    const answers: [Answer, Answer] = [await one(), await other()];
    if (attempt === attempts || isDeepStrictEqual(...answers)) return answers;
  }
}
